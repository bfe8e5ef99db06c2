// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/relay-access/AccessChange.h"
#include "ui/shell/PageWidget.h"

namespace tower {

class AccessForm;
class DetailPanel;

/// Granting and revoking from any page: the form in the page's panel, the work on the core thread, the
/// outcome with its undo. Lives as long as the page.
class AccessFlow : public QObject
{
    Q_OBJECT

public:
    AccessFlow(const PageContext &context, DetailPanel *panel, QObject *parent);

    /// Opens the form; `keys` in hex. Returns it, for a word about the keys.
    AccessForm *ask(RelayAccounts::BulkAction action, const QStringList &keys);

signals:
    void started();
    void ended();
    void applied();
    void problem(const QString &message);

private:
    void apply(const AccessRequest &request);
    void show(const AccessRequest &request, const AccessOutcome &outcome);
    void undo(const AccessOutcome &outcome);
    void fail(const ServiceError &error);

    PageContext m_context;
    DetailPanel *m_panel;
};

} // namespace tower
