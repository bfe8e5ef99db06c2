// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/widgets/TableModel.h"

#include <QWidget>

class QAction;
class QHBoxLayout;
class QLabel;
class QMenu;
class QSettings;
class QStackedLayout;
class QTableView;

namespace tower {

class Busy;
class EmptyState;
class FilterBox;
class InlineMessage;
class TableHeader;

/// The one table of all pages: tool bar with filter, count and actions; rows below. Filtering and sorting are
/// asked for by signals and done by the service. Columns are remembered under the table's id.
class DataTable : public QWidget
{
    Q_OBJECT

public:
    /// `settings` may be null (nothing is remembered then); it outlives the table.
    DataTable(const QString &id, TableModel &model, QSettings *settings, QWidget *parent = nullptr);

    /// An action for the tool bar and the context menu alike.
    void addTableAction(QAction *action);
    /// A further filter beside the box (a combo box).
    void addFilter(QWidget *widget);
    void setFilterHint(const QString &hint);
    void hideFilterBox();
    /// What is said when there are no rows: without and with a filter in force.
    void setEmpty(const QString &iconName, const QString &sentence, const QString &filtered);
    void setEmptyAction(const QString &text, std::function<void()> action);
    /// Marks the column that the service sorts by.
    void setSorted(const QString &sortKey, bool descending);
    void setFiltered(bool filtered) { m_filtered = filtered; }

    [[nodiscard]] QTableView *view() const { return m_view; }
    [[nodiscard]] FilterBox *filterBox() const { return m_filter; }
    [[nodiscard]] QStringList selectedKeys() const;
    [[nodiscard]] QString currentKey() const;
    void select(const QString &key);
    [[nodiscard]] QString countText() const;
    [[nodiscard]] QSize minimumSizeHint() const override { return {360, 200}; }

    /// Writes the current question's rows; progress and the outcome are told above the rows.
    void exportTo(const QString &path);

public slots:
    void copyCell();
    void copyRows();
    void copyJson();

signals:
    void filterChanged(const QString &text);
    void sortRequested(const QString &sortKey, bool descending);
    void selectionChanged();
    void activated(const QString &key);

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void buildToolBar();
    void buildView();
    void buildActions();
    void headerClicked(int section);
    void showContextMenu(const QPoint &at);
    void showHeaderMenu(const QPoint &at);
    void chooseExport();
    void showCount();
    void fitActions();
    void fitColumns();
    void restoreColumns();
    void saveColumns() const;

    QString m_id;
    TableModel &m_model;
    QSettings *m_settings;
    bool m_filtered = false;
    QString m_emptySentence, m_filteredSentence;

    QHBoxLayout *m_bar;
    QHBoxLayout *m_actionsBar;
    FilterBox *m_filter;
    QLabel *m_count;
    InlineMessage *m_message;
    Busy *m_busy;
    QStackedLayout *m_stack;
    QTableView *m_view;
    TableHeader *m_header;
    EmptyState *m_empty = nullptr;
    QList<int> m_wanted; ///< each column's width where there is room for it
    bool m_fitting = false;
    QList<QAction *> m_own;  ///< the page's actions
    QList<QAction *> m_copy; ///< copying and exporting
};

} // namespace tower
