// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the moderation page does: its actions, its keys, deciding and asking first.
#include "ui/moderation/ModerationPage.h"

#include "core/nostr/Nip19.h"
#include "ui/moderation/QueueDecisions.h"
#include "ui/moderation/QueueDetail.h"
#include "ui/relay-access/AccessFlow.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/ConfirmBar.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/Icons.h"
#include "ui/widgets/Notices.h"

#include <QAction>
#include <QComboBox>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QTableView>
#include <QTimer>

namespace tower {

namespace {

constexpr int rowsAhead = 20; ///< kept loaded below the hand

/// Pending and flagged events of one author.
std::int64_t waitingOf(Services &services, const PubKey &author)
{
    std::int64_t out = 0;
    for (const auto status : {QueueStatus::Pending, QueueStatus::Flagged})
        out += services.moderationQueue.list({status, author}, {1, {}}).total;
    return out;
}

} // namespace

void ModerationPage::buildActions()
{
    m_reason->setPlaceholderText(tr("Reason for rejecting"));
    m_reason->setAccessibleName(m_reason->placeholderText());
    m_reason->setFixedWidth(240);
    m_reason->setClearButtonEnabled(true);
    connect(m_reason, &QLineEdit::returnPressed, this, &ModerationPage::rejectSelected);
    addHeaderWidget(m_reason);
    const auto action = [this](const QString &name, const QString &text, const QString &hint, auto slot) {
        auto *made = new QAction(icon(name), text, this);
        made->setToolTip(hint);
        connect(made, &QAction::triggered, this, slot);
        return made;
    };
    auto *approve = action(QStringLiteral("check"), tr("Approve"), tr("Approve (A); J and K move"),
                           &ModerationPage::approveSelected);
    auto *reject = action(QStringLiteral("close"), tr("Reject"), tr("Reject (R); J and K move"),
                          &ModerationPage::rejectSelected);
    auto *undoing =
        action(QStringLiteral("undo"), tr("Undo"), tr("Take the decision back (U)"), &ModerationPage::undo);
    auto *author = new QAction(icon(QStringLiteral("trust")), tr("Author"), this);
    author->setToolTip(tr("For all of this author"));
    auto *menu = new QMenu(this);
    menu->addAction(action(QStringLiteral("check"), tr("Approve all of the author…"), {},
                           &ModerationPage::approveAuthor));
    menu->addAction(
        action(QStringLiteral("close"), tr("Reject all of the author…"), {}, &ModerationPage::rejectAuthor));
    menu->addAction(action(QStringLiteral("revoke"), tr("Revoke the author and reject all…"), {},
                           &ModerationPage::revokeAuthor));
    menu->addSeparator();
    menu->addAction(action(QStringLiteral("grant"), tr("Change the author's access…"), {}, [this] {
        if (const auto key = this->author())
            m_access->ask(RelayAccounts::BulkAction::Grant, {key->text()});
    }));
    menu->addAction(action(QStringLiteral("trust"), tr("Show the author in Trust"), {}, [this] {
        if (const auto key = this->author())
            goTo(QStringLiteral("trust"), key->text());
    }));
    author->setMenu(menu);
    auto *clear =
        action(QStringLiteral("bad"), tr("Clear…"), tr("Reject all that waits"), &ModerationPage::clearQueue);
    for (QAction *each : {approve, reject, undoing, author, clear})
        m_table->addTableAction(each);
    m_onSelection = {approve, reject, author};
    for (QAction *each : m_onSelection)
        each->setEnabled(false);
}

/// Single letters act in the rows only: elsewhere they are text.
bool ModerationPage::eventFilter(QObject *watched, QEvent *event)
{
    if (watched != m_table->view() || event->type() != QEvent::KeyPress)
        return PageWidget::eventFilter(watched, event);
    const auto *key = static_cast<QKeyEvent *>(event);
    if (key->modifiers() != Qt::NoModifier)
        return false;
    switch (key->key()) {
    case Qt::Key_J:
        step(1);
        return true;
    case Qt::Key_K:
        step(-1);
        return true;
    case Qt::Key_A:
        approveSelected();
        return true;
    case Qt::Key_R:
        rejectSelected();
        return true;
    case Qt::Key_U:
        undo();
        return true;
    default:
        return false;
    }
}

/// The keys are ready when the page is; but who walks the navigation with the keyboard goes on walking.
void ModerationPage::showEvent(QShowEvent *event)
{
    PageWidget::showEvent(event);
    const QWidget *focus = window()->focusWidget();
    const bool walking = focus && !isAncestorOf(focus) && focus->isVisible() &&
                         QGuiApplication::mouseButtons() == Qt::NoButton;
    if (!walking)
        QTimer::singleShot(0, m_table->view(),
                           [view = m_table->view()] { view->setFocus(Qt::OtherFocusReason); });
}

void ModerationPage::step(int by)
{
    const int last = m_model->rowCount() - 1;
    if (last < 0)
        return;
    const QModelIndex current = m_table->view()->currentIndex();
    const int row = current.isValid() ? std::clamp(current.row() + by, 0, last) : 0;
    m_table->select(m_model->key(row));
    if (last - row < rowsAhead && m_model->canFetchMore({}))
        m_model->fetchMore({});
}

void ModerationPage::approveSelected()
{
    decideSelected(QueueAction::Approve);
}

void ModerationPage::rejectSelected()
{
    decideSelected(QueueAction::Reject);
}

void ModerationPage::decideSelected(QueueAction action)
{
    const QStringList keys = m_table->selectedKeys();
    if (keys.isEmpty())
        return;
    message()->hide();
    settle(keys, action);
    m_decisions->decide(action, keys, action == QueueAction::Reject ? takeReason() : QString());
}

/// The hand moves on before the core has answered: what leaves the list leaves it now.
void ModerationPage::settle(const QStringList &keys, QueueAction action)
{
    const QueueStatus after = action == QueueAction::Approve ? QueueStatus::Approved : QueueStatus::Rejected;
    if (!m_filter->status || *m_filter->status == after || keys.size() > ModerationQueue::maximumBulk)
        return;
    int next = m_model->rowCount();
    for (const QString &key : keys)
        next = std::min(next, m_model->rowOf(key));
    for (const QString &key : keys)
        m_model->remove(key);
    if (m_model->rowCount() > 0)
        m_table->select(m_model->key(std::min(next, m_model->rowCount() - 1)));
    else
        m_panel->hide();
    if (m_model->rowCount() - next < rowsAhead && m_model->canFetchMore({}))
        m_model->fetchMore({});
}

void ModerationPage::undo()
{
    message()->hide();
    QStringList decided;
    for (const QString &key : m_table->selectedKeys()) {
        if (const QueuedEvent *event = m_model->find(key); event && !isOpen(event->status))
            decided.append(key);
    }
    if (!decided.isEmpty())
        m_decisions->undo(decided);
    else if (!m_decisions->undo())
        context().undo.tell(tr("There is nothing to take back."));
}

std::optional<PubKey> ModerationPage::author() const
{
    if (const QueuedEvent *event = m_model->find(m_table->currentKey()))
        return event->pubkey;
    if (const auto *detail = qobject_cast<QueueDetail *>(m_panel->content()); detail && m_panel->isVisible())
        return detail->event().pubkey;
    return std::nullopt;
}

/// `question` makes the sentence of the count; it has %1 for the author.
void ModerationPage::askAbout(QString (*question)(int count), const QString &verb,
                              std::function<void(const PubKey &)> then)
{
    const auto key = author();
    if (!key)
        return;
    act([key = *key](Services &s) { return waitingOf(s, key); },
        [this, question, verb, key = *key, then = std::move(then)](std::int64_t waiting) {
            m_confirm->ask(
                question(static_cast<int>(waiting)).arg(words::shortened(QString::fromLatin1(toNpub(key)))),
                verb, [key, then] { then(key); });
        });
}

void ModerationPage::approveAuthor()
{
    askAbout([](int n) { return tr("Approve and publish all %n waiting event(s) of %1?", nullptr, n); },
             tr("Approve all"), [this](const PubKey &key) { m_decisions->approveAllOf(key); });
}

void ModerationPage::rejectAuthor()
{
    askAbout([](int n) { return tr("Reject all %n waiting event(s) of %1?", nullptr, n); }, tr("Reject all"),
             [this](const PubKey &key) { m_decisions->rejectAllOf(key, takeReason()); });
}

void ModerationPage::revokeAuthor()
{
    askAbout(
        [](int n) { return tr("Take relay access from %1 and reject all %n waiting event(s)?", nullptr, n); },
        tr("Revoke and reject all"),
        [this](const PubKey &key) { m_decisions->revokeAndRejectAllOf(key, takeReason()); });
}

void ModerationPage::clearQueue()
{
    act([](Services &s) { return s.moderationQueue.stats(); },
        [this](const QueueStats &stats) {
            const auto waiting = static_cast<int>(stats.pending + stats.flagged);
            if (waiting == 0) {
                context().undo.tell(tr("The queue is empty."));
                return;
            }
            m_confirm->ask(tr("Reject all %n waiting event(s), whoever wrote them?", nullptr, waiting),
                           tr("Reject %n event(s)", nullptr, waiting),
                           [this] { m_decisions->rejectAllOf({}, takeReason()); });
        });
}

} // namespace tower
