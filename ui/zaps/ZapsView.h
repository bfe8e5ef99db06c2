// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/PageWidget.h"
#include "ui/zaps/ZapModel.h"

class QComboBox;

namespace tower {

class ConfirmBar;
class DataTable;
class DetailPanel;
class ZapDetail;
struct ZapStory;

/// The zap log, and one zap in full beside.
class ZapsView : public QWidget
{
    Q_OBJECT

public:
    explicit ZapsView(const PageContext &context, QWidget *parent = nullptr);

    /// The name of a state, a hex key, or a zap's id.
    void open(const QString &key);
    void showDetail(const QString &id);
    void follow(const std::vector<Change> &changes);
    [[nodiscard]] DataTable *table() const { return m_table; }
    [[nodiscard]] ZapModel *model() const { return m_model; }
    [[nodiscard]] ConfirmBar *confirmBar() const { return m_confirm; }
    [[nodiscard]] DetailPanel *panel() const { return m_panel; }
    /// What the panel shows.
    [[nodiscard]] ZapDetail *detail() const;

signals:
    void started();
    void ended();
    void said(const QString &problem);
    void asksToSend();

private:
    void buildFilters();
    void filter(const QString &text);
    void restart();
    void present(const ZapStory &story);

    PageContext m_context;
    std::shared_ptr<ZapFilter> m_filter;
    ZapModel *m_model;
    DataTable *m_table;
    DetailPanel *m_panel;
    ConfirmBar *m_confirm;
    QComboBox *m_state;
    QString m_detailId;
};

} // namespace tower
