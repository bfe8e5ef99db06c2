// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/assistant/AssistantPage.h"

#include "ui/assistant/KeyStep.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/Labels.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace tower {

AssistantPage::AssistantPage(const PageContext &context, std::function<void()> done, QWidget *parent)
    : PageWidget(tr("First steps"), context, parent)
    , m_done(std::move(done))
    , m_card(new Card({}, this))
    , m_stack(new QStackedWidget(this))
    , m_count(captionLabel({}, this))
    , m_back(new QPushButton(tr("Back"), this))
    , m_next(new QPushButton(this))
{
    addHeaderWidget(m_count);
    m_card->body()->addWidget(m_stack, 1);
    content()->addWidget(m_card, 1);
    auto *skip = new QPushButton(tr("Skip the rest"), this);
    auto *buttons = new QHBoxLayout;
    buttons->addWidget(skip);
    buttons->addStretch();
    buttons->addWidget(m_back);
    buttons->addWidget(m_next);
    content()->addLayout(buttons);
    connect(skip, &QPushButton::clicked, this, &AssistantPage::leave);
    connect(m_back, &QPushButton::clicked, this, &AssistantPage::back);
    connect(m_next, &QPushButton::clicked, this, &AssistantPage::next);

    addStep(new WelcomeStep);
    addStep(new KeyStep(context));
    addStep(new ConnectionStep(
        context, Connection::Wallet, tr("Lightning wallet"),
        tr("An LNbits wallet takes and pays sats. Without one it is simulated: play money."),
        {QStringLiteral("LNBITS_URL"), QStringLiteral("LNBITS_API_KEY")}));
    addStep(new ConnectionStep(
        context, Connection::Agent, tr("AI agent"),
        tr("Claude evaluates requests, does the work and looks at queued events. Without a key it is "
           "simulated."),
        {QStringLiteral("ANTHROPIC_API_KEY"), QStringLiteral("ANTHROPIC_BASE_URL")}));
    addStep(new ConnectionStep(
        context, Connection::Cloud, tr("Cloud"),
        tr("Nodes for customers run at DigitalOcean, and may join a tailnet. Without a token they are "
           "simulated."),
        {QStringLiteral("DO_API_TOKEN"), QStringLiteral("TAILSCALE_API_KEY")}));
    addStep(new ConnectionStep(context, Connection::Relay, tr("Relay"),
                               tr("Approved events and Timmy's own go to this Nostr relay. Without one they "
                                  "wait here."),
                               {QStringLiteral("NOSTR_RELAY_URL")}));
    addStep(new ApiStep(context));
    connect(&core(), &Core::changed, this, [this](const std::vector<Change> &changes) {
        for (const Change &change : changes) {
            if (change.kind == QLatin1String("setting"))
                return read();
        }
    });
    go(0);
}

void AssistantPage::addStep(SetupStep *step)
{
    connect(step, &SetupStep::hasSet, this, &AssistantPage::read);
    auto *scroll = new QScrollArea(m_stack);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setWidget(step);
    step->setAutoFillBackground(false);
    scroll->viewport()->setAutoFillBackground(false);
    m_stack->addWidget(scroll);
    m_steps.push_back(step);
}

int AssistantPage::step() const
{
    return m_stack->currentIndex();
}

void AssistantPage::go(int step)
{
    const int last = m_stack->count() - 1;
    m_stack->setCurrentIndex(std::clamp(step, 0, last));
    m_card->setTitle(m_steps[static_cast<std::size_t>(m_stack->currentIndex())]->title());
    m_count->setText(tr("Step %1 of %2").arg(m_stack->currentIndex() + 1).arg(last + 1));
    m_back->setEnabled(m_stack->currentIndex() > 0);
    m_next->setText(m_stack->currentIndex() == last ? tr("Done") : tr("Next"));
    read();
}

void AssistantPage::next()
{
    if (step() == m_stack->count() - 1)
        leave();
    else
        go(step() + 1);
}

void AssistantPage::back()
{
    go(step() - 1);
}

void AssistantPage::leave()
{
    m_done();
}

void AssistantPage::read()
{
    act([](Services &s) { return readSetup(s); },
        [this](const SetupFacts &facts) {
            for (SetupStep *step : m_steps)
                step->showFacts(facts);
        });
}

} // namespace tower
