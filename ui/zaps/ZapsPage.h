// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/PageWidget.h"

class QTabWidget;

namespace tower {

class EngagementView;
class EventsView;
class IdentityCard;
class ZapDays;
class ZapForm;
class ZapsView;

/// What Timmy gives and says: zaps, every event that it signs, messages to members who stayed away.
class ZapsPage : public PageWidget
{
    Q_OBJECT

public:
    explicit ZapsPage(const PageContext &context, QWidget *parent = nullptr);

    /// "zaps", "days", "send", "events" or "engagement", "zaps:…" or "events:…" with what ZapsView::open()
    /// and EventsView::open() understand, the name of a zap's state, a zap's id, a hex key, an event id.
    void open(const QString &key) override;
    [[nodiscard]] ZapsView *zaps() const { return m_zaps; }
    [[nodiscard]] ZapDays *days() const { return m_days; }
    [[nodiscard]] ZapForm *form() const { return m_form; }
    [[nodiscard]] EventsView *events() const { return m_events; }
    [[nodiscard]] EngagementView *engagement() const { return m_engagement; }
    [[nodiscard]] IdentityCard *card() const { return m_card; }
    [[nodiscard]] QTabWidget *tabs() const { return m_tabs; }

private:
    void join();
    void openEventOrKey(const QString &hex);
    void follow(const std::vector<Change> &changes);

    QTabWidget *m_tabs;
    ZapsView *m_zaps;
    ZapDays *m_days;
    ZapForm *m_form;
    EventsView *m_events;
    EngagementView *m_engagement;
    IdentityCard *m_card;
};

} // namespace tower
