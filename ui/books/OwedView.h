// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/PageWidget.h"
#include "ui/widgets/KeyedModel.h"

class QComboBox;

namespace tower {

class DataTable;

/// What is owed back to customers. It is paid where it arose: a row leads to its job or session.
class OwedView : public QWidget
{
    Q_OBJECT

public:
    explicit OwedView(const PageContext &context, QWidget *parent = nullptr);

    void follow(const std::vector<Change> &changes);
    [[nodiscard]] DataTable *table() const { return m_table; }
    [[nodiscard]] KeyedModel<Refund> *model() const { return m_model; }

signals:
    /// As WorkPage::open() takes it.
    void asksWork(const QString &key);

private:
    Core &m_core;
    std::shared_ptr<RefundFilter> m_filter;
    KeyedModel<Refund> *m_model;
    DataTable *m_table;
    QComboBox *m_state;
};

} // namespace tower
