// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/PageWidget.h"
#include "ui/widgets/KeyedModel.h"

class QTabWidget;
class QTimer;

namespace tower {

class AddressCard;
class ConfirmBar;
class DataTable;

/// The HTTP API as it runs: where, how fast, for whom, with which errors.
class ApiPage : public PageWidget
{
    Q_OBJECT

public:
    explicit ApiPage(const PageContext &context, QWidget *parent = nullptr);

    /// "routes", "requests", "errors": the tab of that name.
    void open(const QString &key) override;

    [[nodiscard]] DataTable *routes() const { return m_routesTable; }
    [[nodiscard]] AddressCard *address() const { return m_address; }
    [[nodiscard]] ConfirmBar *confirmBar() const { return m_confirm; }

public slots:
    void copyCurl();

protected:
    void showEvent(QShowEvent *event) override;

private:
    void buildAddress();
    void buildTables(QSettings *settings);
    void reload();
    template <class Work>
    void change(Work work);

    KeyedModel<RouteLine> *m_routes;
    KeyedModel<RequestLine> *m_requests;
    KeyedModel<RequestLine> *m_errors;
    AddressCard *m_address;
    ConfirmBar *m_confirm;
    QTabWidget *m_tabs;
    DataTable *m_routesTable = nullptr;
    DataTable *m_requestsTable = nullptr;
    DataTable *m_errorsTable = nullptr;
    QTimer *m_timer;
};

} // namespace tower
