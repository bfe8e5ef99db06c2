// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/zaps/ZapsPage.h"

#include "ui/widgets/Card.h"
#include "ui/widgets/Notices.h"
#include "ui/zaps/EngagementView.h"
#include "ui/zaps/EventsView.h"
#include "ui/zaps/IdentityCard.h"
#include "ui/zaps/ZapDays.h"
#include "ui/zaps/ZapForm.h"
#include "ui/zaps/ZapsView.h"

#include <QLineEdit>
#include <QTabWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace tower {

ZapsPage::ZapsPage(const PageContext &context, QWidget *parent)
    : PageWidget(tr("Zaps"), context, parent)
    , m_tabs(new QTabWidget(this))
    , m_zaps(new ZapsView(context, this))
    , m_days(new ZapDays(context))
    , m_form(new ZapForm(context, this))
    , m_events(new EventsView(context, this))
    , m_engagement(new EngagementView(context, this))
    , m_card(new IdentityCard(context, this))
{
    addHeaderWidget(m_card);
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_zaps, tr("Zaps"));
    auto *days = new Card({}, this);
    days->body()->addWidget(m_days);
    m_tabs->addTab(days, tr("By day"));
    m_tabs->addTab(m_form, tr("Send a zap"));
    m_tabs->addTab(m_events, tr("Event log"));
    m_tabs->addTab(m_engagement, tr("Engagement"));
    content()->addWidget(m_tabs, 1);
    join();
    m_days->reload();
}

void ZapsPage::join()
{
    const auto work = [this](auto *view) {
        using View = std::remove_pointer_t<decltype(view)>;
        connect(view, &View::started, this, [this] {
            message()->hide();
            startWork();
        });
        connect(view, &View::ended, this, &ZapsPage::endWork);
    };
    work(m_zaps);
    work(m_form);
    work(m_events);
    work(m_engagement);
    connect(m_days, &ZapDays::started, this, &ZapsPage::startWork);
    connect(m_days, &ZapDays::ended, this, &ZapsPage::endWork);
    connect(m_days, &ZapDays::failed, this, [this](const ServiceError &error) { sayError(error); });
    connect(m_card, &IdentityCard::failed, this, [this](const ServiceError &error) { sayError(error); });
    connect(m_zaps, &ZapsView::said, this, [this](const QString &text) { message()->say(Tone::Warn, text); });
    const auto say = [this](Tone tone, const QString &text) { message()->say(tone, text); };
    connect(m_events, &EventsView::said, this, say);
    connect(m_engagement, &EngagementView::said, this, say);
    connect(m_zaps, &ZapsView::asksToSend, this, [this] { open(QStringLiteral("send")); });
    connect(m_form, &ZapForm::asksLog, this, [this](const QString &id) {
        m_tabs->setCurrentWidget(m_zaps);
        m_zaps->showDetail(id);
    });
    connect(&core(), &Core::changed, this, &ZapsPage::follow);
}

void ZapsPage::follow(const std::vector<Change> &changes)
{
    m_zaps->follow(changes);
    m_events->follow(changes);
    m_engagement->follow(changes);
    const bool zapped = std::any_of(changes.begin(), changes.end(),
                                    [](const Change &change) { return change.kind == QLatin1String("zap"); });
    if (zapped) {
        m_days->reload();
        m_card->reload();
    }
}

void ZapsPage::open(const QString &key)
{
    const QString kind = key.section(QLatin1Char(':'), 0, 0);
    const QString rest = key.section(QLatin1Char(':'), 1);
    if (kind == QLatin1String("zaps")) {
        m_tabs->setCurrentWidget(m_zaps);
        m_zaps->open(rest);
    } else if (kind == QLatin1String("days")) {
        m_tabs->setCurrentIndex(m_tabs->indexOf(m_zaps) + 1);
    } else if (kind == QLatin1String("send")) {
        m_tabs->setCurrentWidget(m_form);
        m_form->recipient()->setFocus();
    } else if (kind == QLatin1String("events")) {
        m_tabs->setCurrentWidget(m_events);
        m_events->open(rest);
    } else if (kind == QLatin1String("engagement")) {
        m_tabs->setCurrentWidget(m_engagement);
    } else if (PubKey::fromHex(key)) {
        openEventOrKey(key);
    } else if (!key.isEmpty()) {
        m_tabs->setCurrentWidget(m_zaps);
        m_zaps->open(key);
    }
}

/// An event id looks like a key.
void ZapsPage::openEventOrKey(const QString &hex)
{
    act([id = *EventId::fromHex(hex)](Services &s) { return s.eventLog.find(id).has_value(); },
        [this, hex](bool isEvent) {
            m_tabs->setCurrentWidget(isEvent ? static_cast<QWidget *>(m_events) : m_zaps);
            isEvent ? m_events->showDetail(hex) : m_zaps->open(hex);
        });
}

} // namespace tower
