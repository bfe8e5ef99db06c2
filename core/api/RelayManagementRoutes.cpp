// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/RelayManagementRoutes.h"

#include "core/base/Error.h"
#include "core/nostr/Nip19.h"

#include <QCoroFuture>
#include <QJsonDocument>

#include <cmath>
#include <map>

namespace tower {

namespace {

const QByteArray nip11Type = "application/nostr+json";
const QByteArray nip86Type = "application/nostr+json+rpc";

/// One call by an administrator, with its parameters read strictly.
class ManagementCall
{
public:
    ManagementCall(const QJsonArray &parameters, const PubKey &signer)
        : actor(QStringLiteral("admin:") + signer.text())
        , m_parameters(parameters)
    {
    }

    [[nodiscard]] PubKey key() const { return parsePubKey(required(0, "the key"), "pubkey"); }
    [[nodiscard]] EventId event() const { return parseEventId(required(0, "the event's id"), "id"); }
    [[nodiscard]] QString address() const { return required(0, "the address"); }
    [[nodiscard]] QString text() const { return optional(0, "the text"); }
    [[nodiscard]] QString reason() const { return optional(1, "the reason"); }
    [[nodiscard]] int kind() const
    {
        const double number = m_parameters.at(0).toDouble(-1);
        if (std::trunc(number) != number || number < 0 || number > Event::maximumKind)
            throw badRequest(
                "kind",
                QStringLiteral("The first parameter must be a kind: a whole number between 0 and 65535."));
        return static_cast<int>(number);
    }

    const QString actor;

private:
    [[nodiscard]] QString optional(qsizetype at, const char *what) const
    {
        const QJsonValue value = m_parameters.at(at);
        if (value.isUndefined() || value.isNull())
            return {};
        if (!value.isString() || value.toString().contains(QChar(u'\0')))
            throw badRequest("params",
                             QStringLiteral("Parameter %1, %2, must be a text without NUL characters.")
                                 .arg(at + 1)
                                 .arg(QLatin1String(what)));
        return value.toString();
    }
    [[nodiscard]] QString required(qsizetype at, const char *what) const
    {
        const QString text = optional(at, what);
        if (text.isEmpty())
            throw badRequest(
                "params",
                QStringLiteral("Parameter %1, %2, is missing.").arg(at + 1).arg(QLatin1String(what)));
        return text;
    }

    const QJsonArray m_parameters;
};

/// Methods that change something; they answer true.
using Command = void (*)(RelayManagement &, const ManagementCall &);
const std::map<QString, Command> &commands()
{
    using M = RelayManagement;
    using C = ManagementCall;
    static const std::map<QString, Command> all{
        {QStringLiteral("banpubkey"), [](M &m, const C &c) { m.banPubkey(c.key(), c.reason(), c.actor); }},
        {QStringLiteral("unbanpubkey"),
         [](M &m, const C &c) { m.unbanPubkey(c.key(), c.reason(), c.actor); }},
        {QStringLiteral("allowpubkey"),
         [](M &m, const C &c) { m.allowPubkey(c.key(), c.reason(), c.actor); }},
        {QStringLiteral("unallowpubkey"),
         [](M &m, const C &c) { m.unallowPubkey(c.key(), c.reason(), c.actor); }},
        {QStringLiteral("allowevent"),
         [](M &m, const C &c) { m.allowEvent(c.event(), c.reason(), c.actor); }},
        {QStringLiteral("banevent"), [](M &m, const C &c) { m.banEvent(c.event(), c.reason(), c.actor); }},
        {QStringLiteral("changerelayname"),
         [](M &m, const C &c) { m.changeProfile(ProfileField::Name, c.text(), c.actor); }},
        {QStringLiteral("changerelaydescription"),
         [](M &m, const C &c) { m.changeProfile(ProfileField::Description, c.text(), c.actor); }},
        {QStringLiteral("changerelayicon"),
         [](M &m, const C &c) { m.changeProfile(ProfileField::Icon, c.text(), c.actor); }},
        {QStringLiteral("allowkind"), [](M &m, const C &c) { m.allowKind(c.kind(), c.actor); }},
        {QStringLiteral("disallowkind"), [](M &m, const C &c) { m.disallowKind(c.kind(), c.actor); }},
        {QStringLiteral("blockip"), [](M &m, const C &c) { m.blockIp(c.address(), c.reason(), c.actor); }},
        {QStringLiteral("unblockip"), [](M &m, const C &c) { m.unblockIp(c.address(), c.actor); }},
    };
    return all;
}

/// Methods that list things: what, and under which name an item stands.
struct Listing
{
    ManagementList list;
    const char *itemName;
};
const std::map<QString, Listing> &listings()
{
    static const std::map<QString, Listing> all{
        {QStringLiteral("listbannedpubkeys"), {ManagementList::BannedPubkeys, "pubkey"}},
        {QStringLiteral("listallowedpubkeys"), {ManagementList::AllowedPubkeys, "pubkey"}},
        {QStringLiteral("listeventsneedingmoderation"), {ManagementList::EventsNeedingModeration, "id"}},
        {QStringLiteral("listbannedevents"), {ManagementList::BannedEvents, "id"}},
        {QStringLiteral("listblockedips"), {ManagementList::BlockedIps, "ip"}},
    };
    return all;
}

const QString supportedMethods = QStringLiteral("supportedmethods");
const QString listAllowedKinds = QStringLiteral("listallowedkinds");

QJsonArray methodNames()
{
    QJsonArray out{supportedMethods, listAllowedKinds};
    for (const auto &[name, command] : commands())
        out.append(name);
    for (const auto &[name, listing] : listings())
        out.append(name);
    return out;
}

HttpResponse result(const QJsonValue &value)
{
    return HttpResponse::json(QJsonObject{{QStringLiteral("result"), value}});
}

/// NIP-86 tells what went wrong with a call in the answer, not by the status.
HttpResponse failure(const QString &sentence)
{
    return HttpResponse::json(
        QJsonObject{{QStringLiteral("result"), QJsonValue::Null}, {QStringLiteral("error"), sentence}});
}

HttpResponse obey(RelayManagement &management, Command command, const ManagementCall &call)
{
    try {
        command(management, call);
    } catch (const ServiceError &error) {
        const bool isCallers = error.kind() == ErrorKind::BadRequest || error.kind() == ErrorKind::NotFound ||
                               error.kind() == ErrorKind::Conflict;
        if (!isCallers)
            throw;
        return failure(error.message());
    }
    return result(true);
}

/// Built where it is read, off the core thread.
QByteArray listed(Database &database, const Listing &listing, Millis now)
{
    QJsonArray items;
    for (const ManagedItem &item : RelayManagement::listOn(database, listing.list, now)) {
        QJsonObject entry{{QLatin1String(listing.itemName), item.item}};
        if (!item.reason.isEmpty())
            entry.insert(QStringLiteral("reason"), item.reason);
        items.append(entry);
    }
    return QJsonDocument(QJsonObject{{QStringLiteral("result"), items}}).toJson(QJsonDocument::Compact);
}

QCoro::Task<HttpResponse> manage(Auth &auth, RelayManagement &management, const Clock &clock, Reader &reader,
                                 HttpRequest request)
{
    const PubKey signer = auth.requireAdminSignature(request, Auth::Signers::AdminsAndTimmy, true);
    const QJsonObject body = request.json();
    const QString method = body.value(QStringLiteral("method")).toString();
    const QJsonValue parameters = body.value(QStringLiteral("params"));
    if (!parameters.isUndefined() && !parameters.isNull() && !parameters.isArray())
        co_return failure(QStringLiteral("params must be a list."));

    if (method == supportedMethods)
        co_return result(methodNames());
    if (method == listAllowedKinds) {
        QJsonArray kinds;
        for (const int kind : management.allowedKinds())
            kinds.append(kind);
        co_return result(kinds);
    }
    if (const auto command = commands().find(method); command != commands().end())
        co_return obey(management, command->second, ManagementCall(parameters.toArray(), signer));
    if (const auto found = listings().find(method); found != listings().end()) {
        const auto work = [listing = found->second, now = clock.now()](Database &database) {
            return listed(database, listing, now);
        };
        QFuture<QByteArray> reading = reader.run(work);
        const QByteArray answer = co_await reading;
        co_return HttpResponse::text(answer, "application/json");
    }
    co_return failure(QStringLiteral("This relay has no such method; supportedmethods names those it has."));
}

} // namespace

bool wantsRelayInformation(const HttpRequest &request)
{
    return request.header("accept").toLower().contains(nip11Type);
}

HttpResponse relayInformation(const RelayProfile &profile, const std::optional<PubKey> &timmy)
{
    QJsonObject document{{QStringLiteral("name"), profile.name},
                         {QStringLiteral("description"), profile.description},
                         {QStringLiteral("supported_nips"), QJsonArray{1, 11, 86, 98}},
                         {QStringLiteral("software"), QStringLiteral("timmy-tower")},
                         {QStringLiteral("version"), QStringLiteral(TOWER_VERSION)},
                         {QStringLiteral("limitation"),
                          QJsonObject{{QStringLiteral("restricted_writes"), true},
                                      {QStringLiteral("auth_required"), false},
                                      {QStringLiteral("payment_required"), false},
                                      {QStringLiteral("max_message_length"), Event::maximumBytes}}}};
    if (!profile.icon.isEmpty())
        document.insert(QStringLiteral("icon"), profile.icon);
    if (timmy)
        document.insert(QStringLiteral("pubkey"), timmy->text());
    HttpResponse response =
        HttpResponse::text(QJsonDocument(document).toJson(QJsonDocument::Compact), nip11Type);
    // NIP-11 wants these beside Access-Control-Allow-Origin, which every public answer has.
    response.headers.emplace_back("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS, POST");
    response.headers.emplace_back("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type");
    return response;
}

void addRelayManagementRoutes(Router &router, Auth &auth, RelayManagement &management, const Clock &clock,
                              Reader &reader)
{
    // Web clients of any origin call this: what they may do is in the signature, and nowhere else.
    for (const char *pattern : {"/", "/api/relay/manage"}) {
        router.add({.method = HttpMethod::Post,
                    .pattern = pattern,
                    .scope = Scope::Public,
                    .limit = LimitClass::None,
                    .handler = AsyncHandler([&](HttpRequest request) {
                        return manage(auth, management, clock, reader, std::move(request));
                    }),
                    .bodyType = nip86Type});
    }
}

} // namespace tower
