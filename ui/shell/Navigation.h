// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QListView>

#include <vector>

class QStandardItem;
class QStandardItemModel;

namespace tower {

struct PageSpec;

/// The list at the left: groups with captions, pages with an icon and a count. Narrow, it shows icons alone.
class Navigation : public QListView
{
    Q_OBJECT

public:
    explicit Navigation(const std::vector<PageSpec> &pages, QWidget *parent = nullptr);

    void setCount(const QString &pageId, std::int64_t count);
    [[nodiscard]] std::int64_t count(const QString &pageId) const;
    void setNarrow(bool narrow);
    [[nodiscard]] bool isNarrow() const { return m_narrow; }
    void select(const QString &pageId);

signals:
    void chosen(const QString &pageId);

protected:
    void currentChanged(const QModelIndex &current, const QModelIndex &previous) override;

private:
    [[nodiscard]] QStandardItem *item(const QString &pageId) const;

    QStandardItemModel *m_model;
    bool m_narrow = false;
};

} // namespace tower
