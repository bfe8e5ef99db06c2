// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lightning/Bolt11.h"

#include "core/base/Error.h"
#include "core/lightning/Bolt11Parts.h"
#include "core/nostr/Bech32.h"
#include "core/nostr/Curve.h"

#include <QStringDecoder>

#include <secp256k1_recovery.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace tower {

namespace {

constexpr qsizetype maximumText = 4'096;
constexpr std::array<LightningNetwork, 4> networks{LightningNetwork::Bitcoin, LightningNetwork::Testnet,
                                                   LightningNetwork::Signet, LightningNetwork::Regtest};
/// Even bits, those that a payer must understand, which our wallets do: var_onion_optin, payment_secret,
/// basic_mpp, option_route_blinding, option_attribution_data, option_payment_metadata (BOLT 9).
constexpr std::array<qsizetype, 6> understoodFeatures{8, 14, 16, 24, 36, 48};

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

/// A big-endian number of at most 12 groups; nullopt for more, and for one that begins with a 0 group.
std::optional<std::int64_t> numberIn(QByteArrayView groups)
{
    if (groups.size() > 12 || (!groups.isEmpty() && groups.front() == 0))
        return std::nullopt;
    std::int64_t value = 0;
    for (const char group : groups)
        value = value << 5 | group;
    return value;
}

/// Reads one invoice in the order in which it is written.
class Bolt11Reader
{
public:
    explicit Bolt11Reader(const QByteArray &field)
        : m_field(field)
    {
    }
    Bolt11 read(const QString &text);

private:
    [[noreturn]] void refuse(const QString &why) const { throw badRequest(m_field, why, "invalid_invoice"); }
    void readText(const QString &text);
    void readPrefix();
    [[nodiscard]] Msat amountIn(QByteArrayView text) const;
    void readFields(QByteArrayView fields);
    void readField(char tag, QByteArrayView value);
    [[nodiscard]] QByteArray bytesIn(QByteArrayView groups) const;
    [[nodiscard]] std::array<std::uint8_t, 32> hashIn(QByteArrayView groups) const;
    [[nodiscard]] QString descriptionIn(QByteArrayView groups) const;
    void checkFeatures(QByteArrayView groups) const;
    void requireFields() const;
    void checkSignature(QByteArrayView groups);
    void verifyPayee(const std::array<std::uint8_t, 32> &digest, const unsigned char *compact) const;
    void recoverPayee(const std::array<std::uint8_t, 32> &digest, const unsigned char *compact, int id);

    QByteArray m_field;
    QByteArray m_hrp;
    QByteArray m_groups;
    std::array<bool, 32> m_seen{};
    Bolt11 m_out;
};

Bolt11 Bolt11Reader::read(const QString &text)
{
    readText(text);
    readPrefix();
    const QByteArrayView groups(m_groups);
    if (groups.size() < bolt11::timestampGroups + bolt11::signatureGroups)
        refuse(QStringLiteral("This invoice is too short."));
    std::int64_t createdAt = 0;
    for (const char group : groups.first(bolt11::timestampGroups))
        createdAt = createdAt << 5 | group;
    m_out.createdAt = seconds(createdAt);
    readFields(groups.sliced(bolt11::timestampGroups).chopped(bolt11::signatureGroups));
    requireFields();
    checkSignature(groups.last(bolt11::signatureGroups));
    return m_out;
}

void Bolt11Reader::readText(const QString &text)
{
    if (text.size() > maximumText)
        refuse(QStringLiteral("This is too long for an invoice."));
    QStringView bare = QStringView(text).trimmed();
    if (bare.startsWith(QLatin1String("lightning:"), Qt::CaseInsensitive))
        bare = bare.sliced(10);
    if (bare.isEmpty())
        refuse(QStringLiteral("Nothing was given: expected a Lightning invoice."));
    if (!bare.startsWith(QLatin1String("ln"), Qt::CaseInsensitive))
        refuse(QStringLiteral("This is not a Lightning invoice: those begin with lnbc, lntb or lnbcrt."));
    switch (readBech32Groups(bare.toUtf8(), m_hrp, m_groups)) {
    case Bech32Problem::None:
        return;
    case Bech32Problem::Checksum:
        refuse(QStringLiteral("This invoice has a typing error (its checksum does not match)."));
    case Bech32Problem::MixedCase:
        refuse(QStringLiteral("This invoice mixes upper and lower case letters."));
    case Bech32Problem::Character:
        refuse(QStringLiteral("This invoice has a character that can't be part of it."));
    case Bech32Problem::Length:
    case Bech32Problem::Padding:
        refuse(QStringLiteral("This invoice is incomplete."));
    }
}

void Bolt11Reader::readPrefix()
{
    const auto digit = std::find_if(m_hrp.cbegin(), m_hrp.cend(), isDigit);
    const QByteArrayView prefix(m_hrp.cbegin(), digit);
    const auto network = std::find_if(networks.begin(), networks.end(), [&](LightningNetwork one) {
        return prefixOf(one) == QLatin1String(prefix);
    });
    if (network == networks.end())
        refuse(QStringLiteral("This is not a Lightning invoice of a known chain."));
    m_out.network = *network;
    if (digit != m_hrp.cend())
        m_out.amount = amountIn({digit, m_hrp.cend()});
}

Msat Bolt11Reader::amountIn(QByteArrayView text) const
{
    const char last = isDigit(text.back()) ? '\0' : text.back();
    QByteArrayView digits = last == '\0' ? text : text.chopped(1);
    if (digits.isEmpty() || !std::all_of(digits.begin(), digits.end(), isDigit))
        refuse(QStringLiteral("This invoice's amount is not a number."));
    if (digits.front() == '0')
        refuse(QStringLiteral("This invoice's amount is zero or begins with a zero."));
    std::int64_t unit = 1;
    if (last == 'p') {
        if (digits.back() != '0')
            refuse(QStringLiteral("This invoice's amount is not a whole number of millisatoshis."));
        digits.chop(1);
    } else {
        const auto known = std::find_if(bolt11::units.begin(), bolt11::units.end(),
                                        [last](const bolt11::Unit &one) { return one.letter == last; });
        if (known == bolt11::units.end())
            refuse(QStringLiteral("This invoice's amount has an unknown multiplier."));
        unit = known->msat;
    }
    std::int64_t count = 0;
    for (const char digit : digits) {
        count = count * 10 + (digit - '0');
        if (count > bolt11::maximumMsat / unit)
            refuse(QStringLiteral("This invoice asks for more bitcoin than there can be."));
    }
    return Msat(count * unit);
}

void Bolt11Reader::readFields(QByteArrayView fields)
{
    while (!fields.isEmpty()) {
        if (fields.size() < 3)
            refuse(QStringLiteral("This invoice has a field that is cut off."));
        const qsizetype length = fields[1] << 5 | fields[2];
        if (fields.size() - 3 < length)
            refuse(QStringLiteral("This invoice has a field that is cut off."));
        readField(fields[0], fields.sliced(3, length));
        fields = fields.sliced(3 + length);
    }
}

/// The first of a kind counts: writers put first what they prefer. Hashes and keys of a wrong length are
/// passed over, as BOLT 11's examples demand; without another one the invoice lacks them and is refused.
void Bolt11Reader::readField(char tag, QByteArrayView value)
{
    const bool isHash = tag == bolt11::PaymentHashField || tag == bolt11::PaymentSecretField ||
                        tag == bolt11::DescriptionHashField;
    if ((isHash && value.size() != bolt11::hashGroups) ||
        (tag == bolt11::PayeeField && value.size() != bolt11::publicKeyGroups))
        return;
    if (std::exchange(m_seen[static_cast<unsigned char>(tag)], true))
        return;
    switch (tag) {
    case bolt11::PaymentHashField:
        m_out.paymentHash = PaymentHash(hashIn(value));
        break;
    case bolt11::PaymentSecretField:
        m_out.paymentSecret = hashIn(value);
        break;
    case bolt11::DescriptionHashField:
        m_out.descriptionHash = hashIn(value);
        break;
    case bolt11::DescriptionField:
        m_out.description = descriptionIn(value);
        break;
    case bolt11::MetadataField:
        m_out.metadata = bytesIn(value);
        break;
    case bolt11::PayeeField:
        m_out.payee = bytesIn(value);
        break;
    case bolt11::FeaturesField:
        checkFeatures(value);
        break;
    case bolt11::ExpiryField: {
        const auto expiry = numberIn(value);
        if (!expiry || *expiry > bolt11::maximumSeconds)
            refuse(QStringLiteral("This invoice's expiry makes no sense."));
        m_out.expiry = seconds(*expiry);
        break;
    }
    case bolt11::FinalCltvField: {
        const auto delta = numberIn(value);
        if (!delta || *delta > std::numeric_limits<std::uint32_t>::max())
            refuse(QStringLiteral("This invoice's final CLTV delta makes no sense."));
        m_out.minFinalCltvDelta = *delta;
        break;
    }
    default: // routes and fallback addresses are the wallet's business; others are unknown
        break;
    }
}

QByteArray Bolt11Reader::bytesIn(QByteArrayView groups) const
{
    QByteArray bytes;
    if (bytesOfGroups(groups, bytes) != Bech32Problem::None)
        refuse(QStringLiteral("This invoice has a field with stray bits at its end."));
    return bytes;
}

std::array<std::uint8_t, 32> Bolt11Reader::hashIn(QByteArrayView groups) const
{
    const QByteArray bytes = bytesIn(groups);
    std::array<std::uint8_t, 32> out{};
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return out;
}

QString Bolt11Reader::descriptionIn(QByteArrayView groups) const
{
    using Flag = QStringDecoder::Flag;
    QStringDecoder utf8(QStringDecoder::Utf8,
                        Flag::Stateless | Flag::ConvertInitialBom); // nothing is dropped
    QString text = utf8(bytesIn(groups));
    if (utf8.hasError())
        refuse(QStringLiteral("This invoice's description is not UTF-8."));
    return text;
}

void Bolt11Reader::checkFeatures(QByteArrayView groups) const
{
    if (!groups.isEmpty() && groups.front() == 0)
        refuse(QStringLiteral("This invoice's features begin with zeros."));
    for (qsizetype bit = 0; bit < groups.size() * 5; bit += 2) {
        const bool isSet = groups[groups.size() - 1 - bit / 5] >> bit % 5 & 1;
        if (isSet && !std::count(understoodFeatures.begin(), understoodFeatures.end(), bit))
            refuse(QStringLiteral("This invoice demands a feature that is unknown here (bit %1).").arg(bit));
    }
}

void Bolt11Reader::requireFields() const
{
    if (!m_seen[bolt11::PaymentHashField])
        refuse(QStringLiteral("This invoice has no payment hash of the right length."));
    if (!m_seen[bolt11::PaymentSecretField])
        refuse(QStringLiteral("This invoice has no payment secret of the right length."));
    if (m_seen[bolt11::DescriptionField] == m_seen[bolt11::DescriptionHashField])
        refuse(QStringLiteral("An invoice needs either a description or the hash of one."));
}

void Bolt11Reader::checkSignature(QByteArrayView groups)
{
    const QByteArray signature = bytesIn(groups); // 104 groups are 65 bytes without a bit left over
    const auto *compact = reinterpret_cast<const unsigned char *>(signature.constData());
    const int recoveryId = compact[64];
    if (recoveryId > 3)
        refuse(QStringLiteral("This invoice's signature does not hold."));
    const auto digest = bolt11::digest(m_hrp, QByteArrayView(m_groups).chopped(bolt11::signatureGroups));
    if (m_seen[bolt11::PayeeField])
        verifyPayee(digest, compact);
    else
        recoverPayee(digest, compact, recoveryId);
}

/// The payee is named: its key decides, and of the two forms of a signature only the low one is allowed.
void Bolt11Reader::verifyPayee(const std::array<std::uint8_t, 32> &digest, const unsigned char *compact) const
{
    secp256k1_pubkey key;
    secp256k1_ecdsa_signature signature;
    const auto *given = reinterpret_cast<const unsigned char *>(m_out.payee.constData());
    if (!secp256k1_ec_pubkey_parse(curveContext(), &key, given, static_cast<std::size_t>(m_out.payee.size())))
        refuse(QStringLiteral("This invoice names a payee that can't be."));
    if (!secp256k1_ecdsa_signature_parse_compact(curveContext(), &signature, compact) ||
        !secp256k1_ecdsa_verify(curveContext(), &signature, digest.data(), &key)) // high ones fail too
        refuse(QStringLiteral("This invoice's signature does not hold."));
}

void Bolt11Reader::recoverPayee(const std::array<std::uint8_t, 32> &digest, const unsigned char *compact,
                                int id)
{
    secp256k1_ecdsa_recoverable_signature signature;
    secp256k1_pubkey key;
    if (!secp256k1_ecdsa_recoverable_signature_parse_compact(curveContext(), &signature, compact, id) ||
        !secp256k1_ecdsa_recover(curveContext(), &key, &signature, digest.data()))
        refuse(QStringLiteral("This invoice's signature does not hold."));
    std::array<unsigned char, 33> bytes;
    std::size_t size = bytes.size();
    secp256k1_ec_pubkey_serialize(curveContext(), bytes.data(), &size, &key, SECP256K1_EC_COMPRESSED);
    m_out.payee = QByteArray(reinterpret_cast<const char *>(bytes.data()), static_cast<qsizetype>(size));
}

} // namespace

QString prefixOf(LightningNetwork network)
{
    switch (network) {
    case LightningNetwork::Bitcoin:
        return QStringLiteral("lnbc");
    case LightningNetwork::Testnet:
        return QStringLiteral("lntb");
    case LightningNetwork::Signet:
        return QStringLiteral("lntbs");
    case LightningNetwork::Regtest:
        return QStringLiteral("lnbcrt");
    }
    return {};
}

std::array<std::uint8_t, 32> bolt11::digest(QByteArrayView hrp, QByteArrayView groups)
{
    const qsizetype missingBits = (8 - groups.size() * 5 % 8) % 8;
    QByteArray bytes;
    bytesOfGroups(groups.toByteArray() + QByteArray((missingBits + 4) / 5, 0), bytes);
    return sha256(hrp.toByteArray() + bytes);
}

Bolt11 decodeBolt11(const QString &text, const QByteArray &field)
{
    return Bolt11Reader(field).read(text);
}

} // namespace tower
