// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/moderation/QueueModel.h"
#include "ui/shell/PageWidget.h"

class QAction;
class QComboBox;
class QLineEdit;

namespace tower {

class AccessFlow;
class ConfirmBar;
class DataTable;
class DetailPanel;
class QueueDecisions;
class QueueDetail;

/// Events that wait for a decision: read them as plain text, decide with a key or a click. A decision leaves
/// the list at once, and the next event is under the hand; should it be refused, the event comes back.
class ModerationPage : public PageWidget
{
    Q_OBJECT

public:
    explicit ModerationPage(const PageContext &context, QWidget *parent = nullptr);

    /// An event id shows the event; a public key filters by its author; a state ("flagged") by that.
    void open(const QString &key) override;
    [[nodiscard]] DataTable *table() const { return m_table; }
    [[nodiscard]] QueueModel *model() const { return m_model; }
    [[nodiscard]] DetailPanel *panel() const { return m_panel; }
    [[nodiscard]] ConfirmBar *confirmBar() const { return m_confirm; }

public slots:
    void approveSelected();
    void rejectSelected();
    void undo();
    void approveAuthor();
    void rejectAuthor();
    void revokeAuthor();
    void clearQueue();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void showEvent(QShowEvent *event) override;

private:
    void buildTable();
    void buildActions();
    void watchDecisions();
    void step(int by);
    void restart();
    void showStatus(int status);
    void showDetail(const QString &key);
    void present(const QueuedEvent &event);
    void decideSelected(QueueAction action);
    void settle(const QStringList &keys, QueueAction action);
    void askAbout(QString (*question)(int count), const QString &verb,
                  std::function<void(const PubKey &)> then);
    void take(const std::vector<std::pair<EventId, std::optional<QueuedEvent>>> &rows);
    void reread(const QStringList &keys);
    void follow(const std::vector<Change> &changes);
    [[nodiscard]] bool wants(const QueuedEvent &event) const;
    [[nodiscard]] std::optional<PubKey> author() const;
    [[nodiscard]] QString takeReason();

    std::shared_ptr<QueueFilter> m_filter;
    QueueModel *m_model;
    DataTable *m_table;
    DetailPanel *m_panel;
    AccessFlow *m_access;
    QueueDecisions *m_decisions;
    ConfirmBar *m_confirm;
    QLineEdit *m_reason;
    QComboBox *m_status = nullptr;
    QString m_detailKey;
    bool m_selectFirst = true; ///< once the answer is here: the next event lies ready to be read
    QList<QAction *> m_onSelection;
};

} // namespace tower
