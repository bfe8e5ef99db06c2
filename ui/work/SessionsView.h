// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/PageWidget.h"
#include "ui/work/SessionModel.h"

class QComboBox;

namespace tower {

class DataTable;
class DetailPanel;
class SessionDetail;
struct SessionStory;

/// All sessions, and one of them in full beside.
class SessionsView : public QWidget
{
    Q_OBJECT

public:
    explicit SessionsView(const PageContext &context, QWidget *parent = nullptr);

    /// "open", the name of a state, a hex key, or a session's id.
    void open(const QString &key);
    void showDetail(const QString &id);
    void follow(const std::vector<Change> &changes);
    [[nodiscard]] DataTable *table() const { return m_table; }
    [[nodiscard]] SessionModel *model() const { return m_model; }
    /// What the panel shows.
    [[nodiscard]] SessionDetail *detail() const;

signals:
    void started();
    void ended();
    void said(const QString &problem);

private:
    void buildFilters();
    void filter(const QString &text);
    void restart();
    void present(const SessionStory &story);
    void close(const QString &id, const QString &reason);

    PageContext m_context;
    std::shared_ptr<SessionFilter> m_filter;
    SessionModel *m_model;
    DataTable *m_table;
    DetailPanel *m_panel;
    QComboBox *m_state;
    QString m_detailId;
};

} // namespace tower
