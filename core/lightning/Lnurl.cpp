// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lightning/Lnurl.h"

#include "core/nostr/Keys.h"
#include "core/nostr/Nip19.h"

#include <simdjson.h>

#include <algorithm>
#include <string_view>

namespace tower {

namespace {

namespace dom = simdjson::dom;

constexpr qsizetype longestUrl = 2'048;
constexpr qsizetype longestReason = 200;
constexpr qsizetype longestInvoice = 4'096;

/// One answer. Its values live as long as it does.
class Answer
{
public:
    explicit Answer(QByteArrayView json)
    {
        const std::string_view text(json.data(), static_cast<std::size_t>(json.size()));
        if (m_parser.parse(simdjson::padded_string(text)).get(m_object) != simdjson::SUCCESS)
            throw lnurlFailed(QStringLiteral("The answer is no JSON object."));
    }

    /// Absent and null are the same. A name that is there twice says two things.
    [[nodiscard]] std::optional<dom::element> find(std::string_view name) const
    {
        std::optional<dom::element> found;
        for (const dom::key_value_pair member : m_object) {
            if (member.key != name)
                continue;
            if (found)
                throw lnurlFailed(QStringLiteral("The answer has %1 twice.").arg(textOf(name)));
            found = member.value;
        }
        if (found && found->is_null())
            found.reset();
        return found;
    }

    [[nodiscard]] std::optional<QString> text(std::string_view name) const
    {
        const std::optional<dom::element> found = find(name);
        std::string_view value;
        if (!found || found->get(value) != simdjson::SUCCESS)
            return std::nullopt;
        return textOf(value);
    }

    [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name) const
    {
        const std::optional<dom::element> found = find(name);
        std::int64_t value = 0;
        // 1000.0 and 1e3 are refused: they are not written as whole numbers.
        if (!found || !found->is_int64() || found->get(value) != simdjson::SUCCESS)
            return std::nullopt;
        return value;
    }

    [[nodiscard]] bool flag(std::string_view name) const
    {
        const std::optional<dom::element> found = find(name);
        bool value = false;
        return found && found->get(value) == simdjson::SUCCESS && value;
    }

private:
    static QString textOf(std::string_view text)
    {
        return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
    }

    dom::parser m_parser;
    dom::object m_object;
};

std::optional<QString> errorOf(const Answer &answer)
{
    if (answer.text("status").value_or(QString()).compare(QLatin1String("ERROR"), Qt::CaseInsensitive) != 0)
        return std::nullopt;
    QString reason = answer.text("reason").value_or(QString()).left(longestReason).simplified();
    reason.removeIf([](QChar c) { return !c.isPrint() || c.isSurrogate(); });
    return reason.isEmpty() ? QStringLiteral("no reason") : reason;
}

void throwIfError(const Answer &answer)
{
    if (const std::optional<QString> reason = errorOf(answer))
        throw lnurlFailed(QStringLiteral("The recipient's service refuses: %1").arg(*reason));
}

QUrl callbackOf(const Answer &answer)
{
    const QString text = answer.text("callback").value_or(QString());
    QUrl url(text, QUrl::StrictMode);
    const bool isUsable = text.size() <= longestUrl && url.isValid() && !url.host().isEmpty() &&
                          (url.scheme() == QLatin1String("https") || url.scheme() == QLatin1String("http"));
    if (!isUsable)
        throw lnurlFailed(QStringLiteral("The offer has no callback that is a URL."));
    url.setFragment({});
    return url;
}

/// The key that zap receipts are signed with. Without a valid one there are no zaps, only payments (NIP-57).
std::optional<PubKey> zapKeyOf(const Answer &answer)
{
    const std::optional<QString> hex = answer.text("nostrPubkey");
    if (!answer.flag("allowsNostr") || !hex)
        return std::nullopt;
    std::optional<PubKey> key = PubKey::fromHex(*hex);
    if (key && !isOnCurve(*key))
        key.reset();
    return key;
}

} // namespace

ServiceError lnurlFailed(const QString &message)
{
    return ServiceError(ErrorKind::Upstream, "lnurl_failed", message);
}

LnurlOffer readLnurlOffer(QByteArrayView json)
{
    const Answer answer(json);
    throwIfError(answer);
    if (answer.text("tag") != QLatin1String("payRequest"))
        throw lnurlFailed(QStringLiteral("The answer is no offer to be paid (tag payRequest)."));
    const std::optional<std::int64_t> least = answer.integer("minSendable");
    const std::optional<std::int64_t> most = answer.integer("maxSendable");
    if (!least || !most || *least < 1 || *most < *least)
        throw lnurlFailed(
            QStringLiteral("The offer has no limits (minSendable, maxSendable) that make sense."));
    if (!answer.text("metadata"))
        throw lnurlFailed(QStringLiteral("The offer has no metadata."));
    LnurlOffer offer;
    offer.callback = callbackOf(answer);
    offer.least = Msat(*least);
    offer.most = Msat(*most);
    offer.commentAllowed = std::max<std::int64_t>(0, answer.integer("commentAllowed").value_or(0));
    offer.zapKey = zapKeyOf(answer);
    return offer;
}

QString readLnurlInvoice(QByteArrayView json)
{
    const Answer answer(json);
    throwIfError(answer);
    const QString invoice = answer.text("pr").value_or(QString());
    if (invoice.isEmpty() || invoice.size() > longestInvoice)
        throw lnurlFailed(QStringLiteral("The answer has no invoice (pr)."));
    return invoice;
}

QString lnurlLimitsProblem(const LnurlOffer &offer, Msat amount)
{
    if (amount >= offer.least && amount <= offer.most)
        return {};
    return QStringLiteral("The recipient's service takes %1 to %2 msat (minSendable, maxSendable), not %3.")
        .arg(offer.least.value())
        .arg(offer.most.value())
        .arg(amount.value());
}

std::optional<QString> readLnurlError(QByteArrayView json)
{
    try {
        return errorOf(Answer(json));
    } catch (const ServiceError &) {
        return std::nullopt;
    }
}

QUrl lnurlOfAddress(const QString &address, bool allowPrivate)
{
    const QString user = address.section(u'@', 0, 0);
    const QString domain = address.section(u'@', 1);
    const QString lastLabel = domain.section(u'.', -1);
    const bool isNumber =
        std::all_of(lastLabel.begin(), lastLabel.end(), [](QChar c) { return c >= u'0' && c <= u'9'; });
    const bool cantBePublic = domain.contains(u':') || !domain.contains(u'.') || isNumber;
    const QString scheme = allowPrivate && cantBePublic ? QStringLiteral("http") : QStringLiteral("https");
    return QUrl(QStringLiteral("%1://%2/.well-known/lnurlp/%3").arg(scheme, domain, user), QUrl::StrictMode);
}

QByteArray toLnurl(const QUrl &url)
{
    return bech32Encode("lnurl", url.toEncoded());
}

QUrl lnurlOrderUrl(const LnurlOffer &offer, const LnurlOrder &order)
{
    QByteArray url = offer.callback.toEncoded();
    char separator = offer.callback.hasQuery() ? '&' : '?';
    const auto add = [&](const char *name, const QByteArray &value) {
        if (!value.isEmpty())
            url += separator + QByteArray(name) + '=' + value.toPercentEncoding();
        separator = '&';
    };
    add("amount", QByteArray::number(static_cast<qint64>(order.amount.value())));
    add("comment", order.comment.toUtf8());
    add("nostr", order.zapRequest);
    add("lnurl", order.lnurl);
    return QUrl::fromEncoded(url, QUrl::StrictMode);
}

} // namespace tower
