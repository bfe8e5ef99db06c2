// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/relay-access/AccessFlow.h"

#include "core/nostr/Nip19.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/Looks.h"
#include "ui/widgets/Notices.h"

namespace tower {

AccessFlow::AccessFlow(const PageContext &context, DetailPanel *panel, QObject *parent)
    : QObject(parent)
    , m_context(context)
    , m_panel(panel)
{
}

AccessForm *AccessFlow::ask(RelayAccounts::BulkAction action, const QStringList &keys)
{
    QStringList npubs;
    for (const QString &hex : keys) {
        const auto key = PubKey::fromHex(hex);
        npubs.append(key ? QString::fromLatin1(toNpub(*key)) : hex);
    }
    auto *form = new AccessForm(action, npubs);
    connect(form, &AccessForm::submitted, this, &AccessFlow::apply);
    connect(form, &AccessForm::cancelled, m_panel, &DetailPanel::dismiss);
    m_panel->present(action == RelayAccounts::BulkAction::Grant ? tr("Grant access") : tr("Revoke access"),
                     form);
    return form;
}

void AccessFlow::apply(const AccessRequest &request)
{
    if (request.keys.size() > accessChunk) {
        if (auto *form = qobject_cast<AccessForm *>(m_panel->content()))
            form->say(tr("At most %1 accounts at once.").arg(QLocale().toString(accessChunk)));
        return;
    }
    emit started();
    m_context.core.run(
        this, [request, actor = m_context.actor](Services &s) { return applyAccess(s, request, actor); },
        [this, request](const AccessOutcome &outcome) {
            emit ended();
            show(request, outcome);
        },
        [this](const ServiceError &error) { fail(error); });
}

void AccessFlow::show(const AccessRequest &request, const AccessOutcome &outcome)
{
    auto *form = qobject_cast<AccessForm *>(m_panel->content());
    if (const QString problems = outcome.problems(); !problems.isEmpty() && form) {
        QStringList left;
        for (const BulkResult &result : outcome.results) {
            if (!result.ok)
                left.append(result.pubkey);
        }
        form->setKeys(left);
        form->say(problems);
    } else {
        m_panel->dismiss();
    }
    if (outcome.undo.empty())
        return;
    const int count = static_cast<int>(outcome.undo.size());
    const QString what =
        request.action == RelayAccounts::BulkAction::Revoke
            ? tr("Revoked access of %n account(s)", nullptr, count)
            : tr("Granted %1 access to %n account(s)", nullptr, count).arg(lookOf(request.level).word);
    m_context.undo.offer(what, [guard = QPointer<AccessFlow>(this), outcome] {
        if (guard)
            guard->undo(outcome);
    });
    emit applied();
}

void AccessFlow::undo(const AccessOutcome &outcome)
{
    emit started();
    m_context.core.run(
        this, [outcome, actor = m_context.actor](Services &s) { return undoAccess(s, outcome, actor); },
        [this](int refused) {
            emit ended();
            emit applied();
            if (refused > 0)
                emit problem(
                    tr("%n account(s) had changed since and were left as they are.", nullptr, refused));
        },
        [this](const ServiceError &error) { fail(error); });
}

void AccessFlow::fail(const ServiceError &error)
{
    emit ended();
    if (auto *form = qobject_cast<AccessForm *>(m_panel->content()))
        form->say(error.message());
    else
        emit problem(error.message());
}

} // namespace tower
