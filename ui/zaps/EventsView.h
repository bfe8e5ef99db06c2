// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/PageWidget.h"
#include "ui/widgets/KeyedModel.h"

class QAction;
class QComboBox;

namespace tower {

class ConfirmBar;
class DataTable;
class DetailPanel;
class EventDetail;

/// Every event that Timmy signed, newest first, how far each has come on its way to the relay, and one of
/// them in full beside.
class EventsView : public QWidget
{
    Q_OBJECT

public:
    explicit EventsView(const PageContext &context, QWidget *parent = nullptr);

    /// A publish state's or a purpose's name, or an event id.
    void open(const QString &key);
    void showDetail(const QString &id);
    void follow(const std::vector<Change> &changes);
    [[nodiscard]] DataTable *table() const { return m_table; }
    [[nodiscard]] KeyedModel<LoggedEvent> *model() const { return m_model; }
    [[nodiscard]] ConfirmBar *confirmBar() const { return m_confirm; }
    /// What the panel shows.
    [[nodiscard]] EventDetail *detail() const;

public slots:
    void askToSend(const QStringList &ids);

signals:
    void started();
    void ended();
    void said(tower::Tone tone, const QString &text);

private:
    void buildTable();
    void filter(const QString &text);
    void filterByKey(const QString &key);
    void restart();
    void showActions();
    [[nodiscard]] QStringList sendable() const;
    void send(const QStringList &ids);
    void present(const LoggedEvent &event);

    PageContext m_context;
    std::shared_ptr<EventLogFilter> m_filter;
    KeyedModel<LoggedEvent> *m_model;
    DataTable *m_table;
    DetailPanel *m_panel;
    ConfirmBar *m_confirm;
    QComboBox *m_state;
    QComboBox *m_purpose;
    QAction *m_send;
    QString m_detailId;
};

} // namespace tower
