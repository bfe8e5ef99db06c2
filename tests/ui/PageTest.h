// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nostr/Event.h"
#include "tests/ui/TowerHouse.h"
#include "ui/shell/PageWidget.h"
#include "ui/widgets/Notices.h"

#include <QPushButton>
#include <QTest>

namespace tower {

/// A house, and what a page is given of a window; with the handles that tests of pages share.
class PageTest
{
public:
    PageContext context()
    {
        return {.core = *house.core,
                .settings = *house.settings,
                .undo = undo,
                .goTo = [this](const QString &page, const QString &key) { gone.emplaceBack(page, key); }};
    }

    /// A note of this author, queued as the policy would queue it.
    QString enqueue(int author, const QByteArray &text)
    {
        Event event;
        event.pubkey = TowerHouse::key(author);
        event.createdAt = TowerHouse::start.value() / 1000;
        event.kind = 1;
        event.content = text;
        event.id = event.computedId();
        house.ask([event](Services &s) {
            if (s.relayAccounts.getAccess(event.pubkey) != AccessLevel::Write)
                s.relayAccounts.grant(event.pubkey, AccessLevel::Write, {}, QStringLiteral("test"));
            s.moderationQueue.enqueue(event, [](bool) {});
            s.moderationQueue.flush();
            return 0;
        });
        return event.id.text();
    }

    QueueStatus statusOf(const QString &id)
    {
        return house.ask([id](Services &s) { return s.moderationQueue.find(*EventId::fromHex(id))->status; });
    }

    static QPushButton *buttonWith(QWidget *parent, const QString &words)
    {
        for (auto *button : parent->findChildren<QPushButton *>()) {
            if (button->text().contains(words))
                return button;
        }
        return nullptr;
    }

    TowerHouse house;
    UndoBar undo;
    QList<std::pair<QString, QString>> gone; ///< to which pages the page has led
};

} // namespace tower
