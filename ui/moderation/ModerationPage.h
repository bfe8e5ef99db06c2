// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/PageWidget.h"
#include "ui/widgets/KeyedModel.h"

#include <memory>

class QAction;
class QLineEdit;

namespace tower {

class ConfirmBar;
class DataTable;
class DetailPanel;

/// Events that wait for a decision: read them as plain text, decide with a key or a click.
class ModerationPage : public PageWidget
{
    Q_OBJECT

public:
    explicit ModerationPage(const PageContext &context, QWidget *parent = nullptr);

    /// An event id shows the event; a public key filters by its author.
    void open(const QString &key) override;
    [[nodiscard]] DataTable *table() const { return m_table; }
    [[nodiscard]] KeyedModel<QueuedEvent> *model() const { return m_model; }
    [[nodiscard]] ConfirmBar *confirmBar() const { return m_confirm; }

    void rejectSelected();
    void rejectAuthor();
    void clearQueue();

private:
    void buildTable();
    void buildActions();
    void step(int by);
    void restart();
    void showDetail(const QString &key);
    void rejectAll(const std::optional<PubKey> &author);
    void follow(const std::vector<Change> &changes);
    [[nodiscard]] QString reason() const;

    std::shared_ptr<QueueFilter> m_filter;
    KeyedModel<QueuedEvent> *m_model;
    DataTable *m_table;
    DetailPanel *m_panel;
    ConfirmBar *m_confirm;
    QLineEdit *m_reason;
    QList<QAction *> m_onSelection;
};

} // namespace tower
