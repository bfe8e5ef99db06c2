// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nostr/Curve.h"
#include "core/nostr/Keys.h"
#include "core/nostr/Nip19.h"
#include "core/receipts/PaymentProof.h"

#include <QHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTcpServer>
#include <QTcpSocket>
#include <QtEndian>

#include <algorithm>
#include <cstdlib>

namespace tower::test {

using Bytes = std::array<std::uint8_t, 32>;

/// A key that is the same in every run.
inline SecretKey keyNumber(quint32 n)
{
    const quint32 bytes = qToBigEndian(n + 1);
    return *SecretKey::fromBytes(
        QByteArray(28, '\1').append(reinterpret_cast<const char *>(&bytes), sizeof bytes));
}

inline QByteArray npubNumber(quint32 n)
{
    return toNpub(keyNumber(n).pubKey());
}

inline QByteArray signatureOf(const SecretKey &key, const Receipt &receipt)
{
    const std::array<std::uint8_t, 64> signature = key.sign(receipt.digest(), {});
    return QByteArray(reinterpret_cast<const char *>(signature.data()), 64).toHex();
}

/// Signed by both as it is.
inline Receipt signedBy(Receipt receipt, const SecretKey &consumer, const SecretKey &provider)
{
    receipt.consumerNpub = toNpub(consumer.pubKey());
    receipt.providerNpub = toNpub(provider.pubKey());
    receipt.consumerSignature = signatureOf(consumer, receipt);
    receipt.providerCoSignature = signatureOf(provider, receipt);
    return receipt;
}

inline QString base64Url(const QJsonObject &json)
{
    return QString::fromLatin1(QJsonDocument(json)
                                   .toJson(QJsonDocument::Compact)
                                   .toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
}

inline QByteArray hexOf(std::span<const std::uint8_t> bytes)
{
    return QByteArray(reinterpret_cast<const char *>(bytes.data()), static_cast<qsizetype>(bytes.size()))
        .toHex();
}

/// The mint's side of NUT-12: signs blinded messages and proves it.
class MintKey
{
public:
    explicit MintKey(Bytes secret)
        : m_secret(secret)
    {
    }
    explicit MintKey(quint32 n)
        : m_secret(keyNumber(1'000'000 + n).bytes())
    {
    }

    [[nodiscard]] CurvePoint pub() const { return times(m_secret, std::nullopt); }

    /// A signature on a blinded message that `seed` chooses.
    [[nodiscard]] CashuProof sign(quint32 seed, std::uint64_t amount = 8,
                                  const QString &keysetId = QStringLiteral("00882760bfa2eb41")) const
    {
        CashuProof out;
        out.keysetId = keysetId;
        out.amount = amount;
        out.blinded = times(sha256("blinded" + QByteArray::number(seed)), std::nullopt);
        out.blindSignature = times(m_secret, out.blinded);
        const Bytes nonce = sha256("nonce" + QByteArray::number(seed));
        const std::array<CurvePoint, 4> points{times(nonce, std::nullopt), times(nonce, out.blinded), pub(),
                                               out.blindSignature};
        out.e = dleqHash(points).value();
        out.s = out.e;
        if (!secp256k1_ec_seckey_tweak_mul(curveContext(), out.s.data(), m_secret.data()) ||
            !secp256k1_ec_seckey_tweak_add(curveContext(), out.s.data(), nonce.data()))
            std::abort();
        return out;
    }

private:
    /// scalar * point, or * G.
    static CurvePoint times(const Bytes &scalar, const std::optional<CurvePoint> &point)
    {
        secp256k1_pubkey key;
        const bool done =
            point ? secp256k1_ec_pubkey_parse(curveContext(), &key, point->data(), point->size()) &&
                        secp256k1_ec_pubkey_tweak_mul(curveContext(), &key, scalar.data())
                  : secp256k1_ec_pubkey_create(curveContext(), &key, scalar.data());
        if (!done)
            std::abort();
        CurvePoint out{};
        std::size_t length = out.size();
        secp256k1_ec_pubkey_serialize(curveContext(), out.data(), &length, &key, SECP256K1_EC_COMPRESSED);
        return out;
    }

    Bytes m_secret;
};

inline QJsonObject toJson(const CashuProof &proof)
{
    return {{"id", proof.keysetId},
            {"amount", static_cast<qint64>(proof.amount)},
            {"B_", QString::fromLatin1(hexOf(proof.blinded))},
            {"C_", QString::fromLatin1(hexOf(proof.blindSignature))},
            {"dleq", QJsonObject{{"e", QString::fromLatin1(hexOf(proof.e))},
                                 {"s", QString::fromLatin1(hexOf(proof.s))}}}};
}

/// A lease of an hour, paid with the seed's own payment, signed by nobody.
inline Receipt receiptOf(const QString &lease, quint32 seed, const QString &mintUrl)
{
    Receipt out;
    out.leaseId = lease;
    out.durationPaid = 3'600;
    out.durationDelivered = 3'600;
    out.successFlag = 1;
    out.paymentProof = {mintUrl, base64Url(toJson(MintKey(1).sign(seed)))};
    out.completedAt = 1'700'000'000;
    return out;
}

/// A mint's answer about its keys: MintKey(1) for 8 sats.
inline QByteArray keysAnswer(const QString &keysetId)
{
    const QJsonObject keys{{"8", QString::fromLatin1(hexOf(MintKey(1).pub()))}, {"1", "no key at all"}};
    const QJsonObject keyset{{"id", keysetId}, {"unit", "sat"}, {"keys", keys}};
    return QJsonDocument(QJsonObject{{"keysets", QJsonArray{keyset}}}).toJson(QJsonDocument::Compact);
}

/// A mint on loopback: GET /v1/keys, and GET /v1/keys/{id} for keysets that it no longer signs with.
class TestMint
{
public:
    TestMint()
    {
        QObject::connect(&m_server, &QTcpServer::newConnection, &m_server, [this] {
            while (QTcpSocket *socket = m_server.nextPendingConnection()) {
                QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket] { read(socket); });
                QObject::connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
            }
        });
        if (!m_server.listen(QHostAddress::LocalHost))
            std::abort();
    }

    [[nodiscard]] QString url() const
    {
        return QStringLiteral("http://127.0.0.1:%1").arg(m_server.serverPort());
    }

    QByteArray keys = keysAnswer(QStringLiteral("00882760bfa2eb41"));
    QHash<QByteArray, QByteArray> formerKeysets; ///< id and answer; others are unknown: 400
    QByteArray status = "200 OK";
    QByteArray headers;
    bool silent = false;
    QList<QByteArray> requests; ///< their first lines

private:
    void read(QTcpSocket *socket)
    {
        const QByteArray head = socket->property("head").toByteArray() + socket->readAll();
        socket->setProperty("head", head);
        if (!head.contains("\r\n\r\n"))
            return;
        requests.append(head.left(head.indexOf("\r\n")));
        if (silent)
            return;
        const QByteArray path = requests.last().split(' ').value(1);
        const QByteArray id = path.sliced(path.lastIndexOf('/') + 1);
        const bool isKnown = id == "keys" || formerKeysets.contains(id);
        const QByteArray body = id == "keys" ? keys : formerKeysets.value(id);
        socket->write("HTTP/1.1 " + (isKnown ? status : QByteArray("400 Bad Request")) +
                      "\r\nContent-Type: application/json\r\n" + headers + "Content-Length: " +
                      QByteArray::number(body.size()) + "\r\nConnection: close\r\n\r\n" + body);
        socket->disconnectFromHost();
    }

    QTcpServer m_server;
};

} // namespace tower::test
