// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/settings/ConnectionTest.h"

#include "ui/widgets/Labels.h"
#include "ui/widgets/Notices.h"
#include "ui/widgets/Words.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMetaMethod>
#include <QPushButton>
#include <QVBoxLayout>

namespace tower {

namespace {

QString nameOf(Connection which)
{
    switch (which) {
    case Connection::Wallet:
        return ConnectionTest::tr("Lightning wallet");
    case Connection::Agent:
        return ConnectionTest::tr("AI agent");
    case Connection::Cloud:
        return ConnectionTest::tr("Cloud");
    case Connection::Relay:
        return ConnectionTest::tr("Relay");
    }
    Q_UNREACHABLE();
}

/// What is asked, and what that costs.
QString questionOf(Connection which)
{
    switch (which) {
    case Connection::Wallet:
        return ConnectionTest::tr("Asks LNbits for the wallet's balance.");
    case Connection::Agent:
        return ConnectionTest::tr("Has two words evaluated with EVAL_MODEL: a real agent charges for it, a "
                                  "small fraction of a cent.");
    case Connection::Cloud:
        return ConnectionTest::tr("Has DigitalOcean list the tower's machines. Nothing is ordered.");
    case Connection::Relay:
        return ConnectionTest::tr("Connects, and asks for Timmy's profile.");
    }
    Q_UNREACHABLE();
}

QString settingOf(Connection which)
{
    switch (which) {
    case Connection::Wallet:
        return QStringLiteral("LNBITS_URL");
    case Connection::Agent:
        return QStringLiteral("ANTHROPIC_API_KEY");
    case Connection::Cloud:
        return QStringLiteral("DO_API_TOKEN");
    case Connection::Relay:
        return QStringLiteral("NOSTR_RELAY_URL");
    }
    Q_UNREACHABLE();
}

/// Whole sats: what is below one can't be spent here.
QString balanceOf(const ConnectionReport &report)
{
    return words::amount(Sats(report.balance.value_or(Msat(0)).value() / 1'000));
}

QString simulatedWords(Connection which, const ConnectionReport &report)
{
    switch (which) {
    case Connection::Wallet:
        return ConnectionTest::tr("The wallet is simulated: it answers, and holds %1 of play money. For a "
                                  "real one set LNBITS_URL and LNBITS_API_KEY and start again.")
            .arg(balanceOf(report));
    case Connection::Agent:
        return ConnectionTest::tr("The agent is simulated: it answers, at no cost and without judgement. For "
                                  "a real one set ANTHROPIC_API_KEY and start again.");
    case Connection::Cloud:
        return ConnectionTest::tr("The cloud is simulated: it answers, and no machine exists. For a real one "
                                  "set DO_API_TOKEN and start again.");
    case Connection::Relay:
        break; // is never simulated
    }
    return {};
}

QString goodWords(Connection which, const ConnectionReport &report)
{
    switch (which) {
    case Connection::Wallet:
        return ConnectionTest::tr("The wallet answers. Its balance: %1.").arg(balanceOf(report));
    case Connection::Agent:
        return ConnectionTest::tr("The agent takes the key and answers.");
    case Connection::Cloud:
        return report.things == 0
                   ? ConnectionTest::tr("DigitalOcean accepts the token. Nothing of the tower's is there.")
                   : ConnectionTest::tr("DigitalOcean accepts the token, and keeps %n thing(s) of "
                                        "the tower.",
                                        nullptr, static_cast<int>(report.things));
    case Connection::Relay:
        return ConnectionTest::tr("The relay connects and answers questions.");
    }
    Q_UNREACHABLE();
}

QString remedyOf(Connection which)
{
    switch (which) {
    case Connection::Wallet:
        return ConnectionTest::tr("Look at LNBITS_URL and LNBITS_API_KEY, and whether LNbits runs.");
    case Connection::Agent:
        return ConnectionTest::tr("Look at ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL and EVAL_MODEL.");
    case Connection::Cloud:
        return ConnectionTest::tr("Look at DO_API_TOKEN: it must be allowed to read and write.");
    case Connection::Relay:
        return ConnectionTest::tr("Look at NOSTR_RELAY_URL, and whether the relay runs.");
    }
    Q_UNREACHABLE();
}

} // namespace

ConnectionWords wordsOf(Connection which, const ConnectionReport &report)
{
    if (!report.isSet)
        return {Tone::Warn, ConnectionTest::tr("None is set. Set %1.").arg(settingOf(which))};
    if (!report.answered)
        return {Tone::Bad, report.problem + QLatin1Char(' ') + remedyOf(which)};
    if (report.simulated)
        return {Tone::Info, simulatedWords(which, report)};
    return {Tone::Good, goodWords(which, report)};
}

ConnectionTest::ConnectionTest(Core &core, Connection which, QWidget *parent)
    : QWidget(parent)
    , m_core(core)
    , m_which(which)
    , m_button(new QPushButton(this))
    , m_answer(new InlineMessage(this))
    , m_setting(new QPushButton(tr("Show %1").arg(settingOf(which)), this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    auto *head = new QHBoxLayout;
    auto *name = new QLabel(nameOf(which), this);
    name->setFont(fonts::cardTitle());
    head->addWidget(name, 1);
    head->addWidget(m_button);
    layout->addLayout(head);
    auto *question = captionLabel(questionOf(which), this);
    question->setWordWrap(true);
    layout->addWidget(question);
    layout->addWidget(m_answer);
    layout->addWidget(m_setting, 0, Qt::AlignLeft);
    m_setting->hide();
    m_button->setAccessibleName(tr("Test: %1").arg(nameOf(which)));
    connect(m_button, &QPushButton::clicked, this, &ConnectionTest::ask);
    connect(m_setting, &QPushButton::clicked, this, [this] { emit wantsSetting(settingOf(m_which)); });
    rest();
}

void ConnectionTest::ask()
{
    if (!m_button->isEnabled())
        return;
    m_button->setEnabled(false);
    m_button->setText(tr("Asking…"));
    m_answer->hide();
    m_setting->hide();
    m_core.runLater(
        this, [which = m_which](Services &s) { return s.control.testConnection(which); },
        [this](const ConnectionReport &report) {
            rest();
            tell(report);
        },
        [this](const ServiceError &error) {
            rest();
            m_answer->say(Tone::Bad, error.message());
        });
}

void ConnectionTest::rest()
{
    m_button->setText(tr("Test"));
    m_button->setEnabled(true);
}

void ConnectionTest::tell(const ConnectionReport &report)
{
    const ConnectionWords words = wordsOf(m_which, report);
    m_answer->say(words.tone, words.text);
    const bool leads = isSignalConnected(QMetaMethod::fromSignal(&ConnectionTest::wantsSetting));
    m_setting->setVisible(!report.answered && leads);
}

ConnectionsView::ConnectionsView(Core &core, QWidget *parent)
    : QWidget(parent)
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, measure::grid, 0);
    layout->setSpacing(measure::page);
    for (const Connection which :
         {Connection::Wallet, Connection::Agent, Connection::Cloud, Connection::Relay}) {
        auto *test = new ConnectionTest(core, which, this);
        connect(test, &ConnectionTest::wantsSetting, this, &ConnectionsView::wantsSetting);
        layout->addWidget(test);
    }
    layout->addStretch();
}

} // namespace tower
