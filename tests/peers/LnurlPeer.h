// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/lightning/Bolt11.h"

#include <QByteArray>
#include <QObject>
#include <QStringList>
#include <QTcpServer>
#include <QUrlQuery>

#include <functional>
#include <vector>

class QTcpSocket;

namespace tower::test {

/// A stand-in for a lightning address's service (LUD-16, NIP-57) for every user, whose node signs real
/// invoices.
class LnurlPeer : public QObject
{
    Q_OBJECT

public:
    enum class Fault {
        None,
        AmountChanged,  ///< an invoice of one satoshi more
        NoAmount,       ///< an invoice that leaves it to the payer
        OtherNetwork,   ///< an invoice on regtest
        Expired,        ///< an invoice that has expired
        GarbledInvoice, ///< an invoice with a wrong checksum
        NoInvoice,      ///< no pr in the answer
        OtherHash,      ///< a description hash that is not the request's
        OfferError,     ///< 200 {"status": "ERROR"} to the first question
        OrderError,     ///< the same to the second
        OfferTooLong,   ///< 10 MB
        OrderTooLong,
        OfferSilent, ///< never answers
        OrderSilent,
        OfferNoJson,
        OfferFractions, ///< limits that are no whole numbers
        OfferOtherTag,  ///< tag withdrawRequest
        OfferStatus500,
        CallbackElsewhere, ///< a callback that is not http
    };

    explicit LnurlPeer(const Clock &clock, LightningNetwork network = LightningNetwork::Bitcoin,
                       QObject *parent = nullptr);
    ~LnurlPeer() override;

    [[nodiscard]] quint16 port() const { return m_server.serverPort(); }
    [[nodiscard]] QString address() const { return QStringLiteral("me@127.0.0.1:%1").arg(port()); }
    [[nodiscard]] QUrl url() const;
    /// Who signs the receipts.
    [[nodiscard]] PubKey receiptKey() const { return m_receiptKey.pubKey(); }
    [[nodiscard]] const SecretKey &receiptSecret() const { return m_receiptKey; }

    struct Request
    {
        QByteArray path;
        QUrlQuery query;
        QByteArray host;
    };
    [[nodiscard]] const std::vector<Request> &requests() const { return m_requests; }
    [[nodiscard]] int offers() const { return count(false); }
    [[nodiscard]] int orders() const { return count(true); }
    [[nodiscard]] const QStringList &invoices() const { return m_invoices; }
    /// Requests that got no answer.
    [[nodiscard]] int silent() const { return m_silent; }

    Fault fault = Fault::None;
    bool allowsNostr = true;
    Msat least{1'000};
    Msat most{100'000'000};
    int commentAllowed = 0;
    QByteArray callbackQuery; ///< "?key=1"
    /// To the first question all answers are redirections to there, as often as it is not empty.
    std::function<QByteArray(const Request &)> redirect;

private:
    [[nodiscard]] int count(bool isOrder) const;
    void read(QTcpSocket *socket);
    /// Empty: none.
    QByteArray answerTo(const Request &request);
    QByteArray offer();
    QByteArray order(const Request &request);
    [[nodiscard]] QString invoiceFor(const Request &request) const;

    const Clock &m_clock;
    LightningNetwork m_network;
    SecretKey m_nodeKey = SecretKey::generate();
    SecretKey m_receiptKey = SecretKey::generate();
    QTcpServer m_server;
    std::vector<Request> m_requests;
    QStringList m_invoices;
    int m_silent = 0;
};

} // namespace tower::test
