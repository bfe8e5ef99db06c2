// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/work/SessionModel.h"

#include "core/nostr/Nip19.h"
#include "ui/widgets/MoneyLooks.h"
#include "ui/work/JobModel.h"

#include <QCoreApplication>

namespace tower {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(tower::SessionModel)
};

template <class Row>
Column<Row> number(const QString &id, const QString &title, int width,
                   std::function<std::int64_t(const Row &)> value, bool shown = true)
{
    return {.info = {id, title, CellKind::Number, {}, width, shown},
            .text = [value](const Row &r) { return words::grouped(value(r)); },
            .raw = [value](const Row &r) { return QString::number(value(r)); }};
}

std::vector<Column<Session>> sessionColumns()
{
    const auto sats = [](const QString &id, const QString &title, Sats Session::*value, bool shown = true) {
        return number<Session>(
            id, title, 84, [value](const Session &s) { return (s.*value).value(); }, shown);
    };
    return {
        {.info = {"state", Text::tr("State"), CellKind::Pill, {}, 124},
         .pill = [](const Session &s) { return lookOf(s.state); },
         .raw = [](const Session &s) { return toText(s.state); }},
        {.info = {"pubkey", Text::tr("Customer"), CellKind::Key, {}, 150},
         .text =
             [](const Session &s) {
                 return s.pubkey ? QString::fromLatin1(toNpub(*s.pubkey)) : Text::tr("anonymous");
             },
         .raw =
             [](const Session &s) { return s.pubkey ? QString::fromLatin1(toNpub(*s.pubkey)) : QString(); }},
        sats("balance_sats", Text::tr("Balance"), &Session::balance),
        sats("reserved_sats", Text::tr("Reserved"), &Session::reserved, false),
        sats("deposited_sats", Text::tr("Paid in"), &Session::deposited),
        sats("debited_sats", Text::tr("Used"), &Session::debited),
        number<Session>("requests", Text::tr("Requests"), 76,
                        [](const Session &s) { return s.requestCount; }),
        {.info = {"expires_at", Text::tr("Expires"), CellKind::Time, {}, 84},
         .time = [](const Session &s) { return std::optional(s.expiresAt); }},
        {.info = {"created_at", Text::tr("Opened"), CellKind::Time, {}, 76},
         .time = [](const Session &s) { return std::optional(s.createdAt); }},
        {.info = {"id", Text::tr("Session"), CellKind::Key, {}, 150, false},
         .text = [](const Session &s) { return s.id; }},
    };
}

std::vector<Column<PaidRequest>> requestColumns()
{
    const auto figure = [](const QString &id, const QString &title, auto value, bool shown = true) {
        return number<PaidRequest>(
            id, title, 62, [value](const PaidRequest &r) { return value(r.request); }, shown);
    };
    return {
        {.info = {"created_at", Text::tr("When"), CellKind::Time, {}, 60},
         .time = [](const PaidRequest &r) { return std::optional(r.request.createdAt); }},
        {.info = {"state", Text::tr("State"), CellKind::Pill, {}, 96},
         .tooltip =
             [](const PaidRequest &r) {
                 return r.request.error.isEmpty() ? r.request.reason : r.request.error;
             },
         .pill = [](const PaidRequest &r) { return lookOf(r.request.state); },
         .raw = [](const PaidRequest &r) { return toText(r.request.state); }},
        figure("debited_sats", Text::tr("Debited"),
               [](const SessionRequest &r) { return r.debited.value(); }),
        figure("absorbed_sats", Text::tr("Pool"), [](const SessionRequest &r) { return r.absorbed.value(); }),
        figure(
            "quoted_sats", Text::tr("Quoted"), [](const SessionRequest &r) { return r.quote.sats.value(); },
            false),
        figure(
            "tokens", Text::tr("Tokens"),
            [](const SessionRequest &r) { return r.actual.inputTokens + r.actual.outputTokens; }, false),
        {.info = {"margin_sats", Text::tr("Margin"), CellKind::Number, {}, 58},
         .text = [](const PaidRequest &r) { return r.margin ? signedFigure(r.margin->margin()) : QString(); },
         .raw =
             [](const PaidRequest &r) {
                 return r.margin ? QString::number(r.margin->margin().value()) : QString();
             }},
        figure(
            "balance_after", Text::tr("Left"), [](const SessionRequest &r) { return r.balanceAfter.value(); },
            false),
        {.info = {"id", Text::tr("Request"), CellKind::Key, {}, 120, false},
         .text = [](const PaidRequest &r) { return r.request.id; }},
    };
}

} // namespace

bool matches(const SessionFilter &filter, const Session &session)
{
    const bool isOpen = session.state != SessionState::Expired && session.state != SessionState::Closed;
    return (!filter.state || *filter.state == session.state) &&
           (!filter.pubkey || filter.pubkey == session.pubkey) && (!filter.open || isOpen);
}

SessionModel *makeSessionModel(Core &core, std::shared_ptr<SessionFilter> filter, QObject *context)
{
    RowSource<Session> source{
        .key = [](const Session &s) { return s.id; },
        .fetch =
            [&core, filter, context](const QString &cursor, int limit, auto done, auto failed) {
                core.run(
                    context,
                    [asked = *filter, page = PageRequest{limit, cursor}](Services &s) {
                        return s.sessions.list(asked, page);
                    },
                    std::move(done), std::move(failed));
            },
        .before = [](const Session &a,
                     const Session &b) { return std::tie(a.createdAt, a.id) > std::tie(b.createdAt, b.id); },
    };
    return new SessionModel(sessionColumns(), std::move(source), context);
}

SessionRequestModel *makeSessionRequestModel(Core &core, const QString &sessionId, QObject *context)
{
    RowSource<PaidRequest> source{
        .key = [](const PaidRequest &r) { return r.request.id; },
        .fetch =
            [&core, sessionId, context](const QString &cursor, int limit, auto done, auto failed) {
                core.run(
                    context,
                    [sessionId, page = PageRequest{limit, cursor}](Services &s) {
                        const Page<SessionRequest> found = s.sessions.requests(sessionId, page);
                        Page<PaidRequest> out;
                        for (const SessionRequest &request : found.items)
                            out.items.push_back({request, marginOf(request, s.pricing)});
                        out.nextCursor = found.nextCursor;
                        out.total = found.total;
                        out.totalIsExact = found.totalIsExact;
                        return out;
                    },
                    std::move(done), std::move(failed));
            },
    };
    return new SessionRequestModel(requestColumns(), std::move(source), context);
}

} // namespace tower
