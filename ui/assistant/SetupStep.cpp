// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/assistant/SetupStep.h"

#include "ui/settings/ConnectionTest.h"
#include "ui/settings/SettingDetail.h"
#include "ui/widgets/Labels.h"
#include "ui/widgets/Notices.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>

namespace tower {

namespace {

constexpr int widest = 640; ///< lines that are longer are hard to read

} // namespace

const SettingLine *SetupFacts::line(const QString &name) const
{
    const auto found =
        std::find_if(lines.begin(), lines.end(), [&name](const SettingLine &l) { return l.name == name; });
    return found == lines.end() ? nullptr : &*found;
}

SetupFacts readSetup(Services &services)
{
    return {services.control.dataFolder(), services.control.databaseDisplay(), services.timmy,
            services.control.api(), settingLines(services)};
}

SetupStep::SetupStep(const QString &title, const QString &about, QWidget *parent)
    : QWidget(parent)
    , m_title(title)
{
    setMaximumWidth(widest);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, measure::grid, 0);
    layout->setSpacing(measure::between);
    layout->addStretch();
    addText(about);
}

void SetupStep::add(QWidget *widget)
{
    auto *box = qobject_cast<QVBoxLayout *>(layout());
    box->insertWidget(box->count() - 1, widget);
}

QLabel *SetupStep::addText(const QString &text)
{
    auto *label = new QLabel(text, this);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    add(label);
    return label;
}

WelcomeStep::WelcomeStep(QWidget *parent)
    : SetupStep(
          tr("Welcome"),
          tr("The tower runs already. The Lightning wallet, the AI agent and the cloud are simulated until "
             "they are set. These steps lead to them, to Timmy's key, the relay and the API's address. Any "
             "can be skipped; all but the key can be set later, on the pages Settings and API."),
          parent)
    , m_folder(addText())
{
    m_folder->setTextInteractionFlags(Qt::TextSelectableByMouse);
    addText(tr("What the environment, the command line or the config file sets wins over what is set here."));
}

void WelcomeStep::showFacts(const SetupFacts &facts)
{
    m_folder->setText(tr("Everything is kept in the data folder: %1\nDatabase: %2\nAnother folder is chosen "
                         "with --data-dir.")
                          .arg(facts.dataFolder, facts.database));
}

ConnectionStep::ConnectionStep(const PageContext &context, Connection which, const QString &title,
                               const QString &about, const QStringList &names, QWidget *parent)
    : SetupStep(title, about, parent)
    , m_context(context)
    , m_names(names)
    , m_test(new ConnectionTest(context.core, which, this))
{
    auto *box = new QWidget(this);
    m_box = new QVBoxLayout(box);
    m_box->setContentsMargins(0, 0, 0, 0);
    m_box->setSpacing(measure::between);
    add(box);
    add(m_test);
}

void ConnectionStep::showFacts(const SetupFacts &facts)
{
    if (m_details.empty()) {
        for (const QString &name : m_names) {
            if (const SettingLine *line = facts.line(name))
                m_details.push_back(makeDetail(*line));
        }
        return;
    }
    for (SettingDetail *detail : m_details) {
        if (const SettingLine *line = facts.line(detail->name()))
            detail->show(*line);
    }
}

SettingDetail *ConnectionStep::makeDetail(const SettingLine &line)
{
    auto *detail = new SettingDetail(line, this);
    m_box->addWidget(detail);
    connect(detail, &SettingDetail::changes, this,
            [this, detail](Setting setting, const std::optional<QString> &text) {
                change(detail, setting, text);
            });
    return detail;
}

void ConnectionStep::change(SettingDetail *detail, Setting setting, const std::optional<QString> &text)
{
    m_context.core.run(
        detail,
        [setting, text, actor = m_context.actor](Services &s) {
            s.savedSettings.change({{setting, text}}, actor);
        },
        [this] { emit hasSet(); }, [detail](const ServiceError &error) { detail->say(error.message()); });
}

ApiStep::ApiStep(const PageContext &context, QWidget *parent)
    : SetupStep(
          tr("The API's address"),
          tr("The relay asks the tower here, customers order here. 127.0.0.1 is this machine alone: for "
             "others a reverse proxy goes in front, or a TLS certificate is given."),
          parent)
    , m_context(context)
    , m_host(new QLineEdit(this))
    , m_port(new QSpinBox(this))
    , m_serve(new QPushButton(tr("Serve here"), this))
    , m_message(new InlineMessage(this))
{
    m_host->setAccessibleName(tr("Host"));
    m_host->setMaximumWidth(180);
    m_port->setAccessibleName(tr("Port"));
    m_port->setRange(0, 65'535);
    m_port->setGroupSeparatorShown(false);
    m_port->setButtonSymbols(QAbstractSpinBox::NoButtons);
    auto *row = new QWidget(this);
    auto *fields = new QHBoxLayout(row);
    fields->setContentsMargins(0, 0, 0, 0);
    fields->addWidget(captionLabel(tr("Listens on"), row));
    fields->addWidget(m_host);
    fields->addWidget(m_port);
    fields->addWidget(m_serve);
    fields->addStretch();
    add(row);
    m_message->setClosable(false);
    add(m_message);
    addText(tr("The admin token that opens the operator's routes is ADMIN_TOKEN; the page API can rotate "
               "it."));
    connect(m_serve, &QPushButton::clicked, this, &ApiStep::serve);
    connect(m_host, &QLineEdit::returnPressed, this, &ApiStep::serve);
}

void ApiStep::showFacts(const SetupFacts &facts)
{
    if (!m_shown) {
        m_host->setText(facts.api.host);
        m_port->setValue(facts.api.port);
        m_shown = true;
    }
    showState(facts.api);
}

void ApiStep::showState(const ApiState &state)
{
    if (state.listening)
        m_message->say(Tone::Good, tr("The API serves at %1.").arg(state.url));
    else
        m_message->say(Tone::Warn, state.problem.isEmpty()
                                       ? tr("The API does not serve.")
                                       : tr("The API does not serve. %1").arg(state.problem));
}

void ApiStep::serve()
{
    m_serve->setEnabled(false);
    m_context.core.run(
        this,
        [host = m_host->text().trimmed(), port = m_port->value()](Services &s) {
            s.control.changeAddress(host, port);
            s.control.startServing();
            return s.control.api();
        },
        [this](const ApiState &state) {
            m_serve->setEnabled(true);
            m_port->setValue(state.port);
            showState(state);
        },
        [this](const ServiceError &error) {
            m_serve->setEnabled(true);
            m_message->say(Tone::Bad, error.message());
        });
}

} // namespace tower
