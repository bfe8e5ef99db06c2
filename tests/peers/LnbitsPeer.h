// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/lightning/Bolt11.h"

#include <QByteArray>
#include <QJsonObject>
#include <QList>
#include <QObject>
#include <QPointer>
#include <QTcpServer>
#include <QWebSocketServer>

#include <map>
#include <optional>

class QTcpSocket;
class QWebSocket;

namespace tower::test {

/// A stand-in for LNbits 1.5 with one wallet and a node behind it: the REST calls that the tower makes, and
/// the websocket. Invoices are real and signed by the node. It pays whatever invoice it is given, once.
class LnbitsPeer : public QObject
{
    Q_OBJECT

public:
    /// How an invoice comes out wrong.
    enum class CreateFault {
        None,
        OldField,     ///< `payment_request` instead of `bolt11`, as before 1.0
        WrongAmount,  ///< one satoshi less
        OtherNetwork, ///< on regtest
        OtherHash,    ///< the hash given is not the invoice's
        Garbage,      ///< 201 with something that is no JSON
        NoInvoice,    ///< 201 with a payment that lacks it
        Unauthorized, ///< 401
        ServerError,  ///< 500
    };
    enum class PayFault {
        None,
        Pending,             ///< 201 pending, until settle()
        FailedButPaid,       ///< 520 "failed", while the payment succeeds and is recorded so
        FailedButPaidByNode, ///< the same, and recorded as failed until the same invoice is ordered again
        FailedNotPaid,       ///< 520 "failed", and so it is
        AcceptedAsFailed,    ///< 201 with a payment that is recorded as failed
        SilentButPaid,       ///< never answers, pays
        SilentNotPaid,       ///< never answers, never tried
        HangsUpButPaid,      ///< closes the connection, pays
        InsufficientBalance, ///< 400
        AlreadyPaid,         ///< 400 that speaks of an earlier payment
        Unauthorized,        ///< 401
        ServerError,         ///< 500, never tried
    };
    enum class LookupFault {
        None,
        Unreachable, ///< closes the connection
        ServerError, ///< 500
        WrongAmount, ///< one satoshi less
        NoAmount,    ///< details without an amount
        NoDetails,   ///< as for a key that is not the owner's
        OtherHash,   ///< details of another payment
        Garbage,     ///< 200 with something that is no JSON
    };

    struct Request
    {
        QByteArray method;
        QByteArray target;
        QByteArray head; ///< in lower case
        QJsonObject body;
    };
    struct Payment
    {
        PaymentHash paymentHash;
        QString bolt11;
        QString memo;
        std::int64_t amountMsat = 0; ///< negative: outgoing
        std::int64_t feeMsat = 0;    ///< negative, as LNbits has it
        QString status = QStringLiteral("pending");
        QString preimage;
        bool paidByNode = false; ///< outgoing: whatever `status` says
        bool internal = false;   ///< outgoing: an invoice of the wallet's own
    };

    explicit LnbitsPeer(const Clock &clock, LightningNetwork network = LightningNetwork::Bitcoin,
                        QObject *parent = nullptr);
    ~LnbitsPeer() override;

    [[nodiscard]] QString url() const;
    [[nodiscard]] static QString adminKey() { return QStringLiteral("0123456789abcdef-admin-key"); }
    [[nodiscard]] const QList<Request> &requests() const { return m_requests; }
    /// The orders to pay among them.
    [[nodiscard]] qsizetype ordersToPay() const;

    void setCreateFault(CreateFault fault) { m_createFault = fault; }
    void setPayFault(PayFault fault) { m_payFault = fault; }
    void setLookupFault(LookupFault fault) { m_lookupFault = fault; }
    /// Orders to pay are answered with this status and body, and not carried out.
    void setPayAnswer(int status, const QByteArray &body) { m_payAnswer = {status, body, {}}; }
    /// GET /wallet answers with this status and body instead.
    void setWalletAnswer(int status, const QByteArray &body) { m_walletAnswer = {status, body, {}}; }
    /// All answers are redirections to there.
    void setRedirect(const QString &location) { m_redirect = location; }
    /// Reads requests and answers none.
    void setSilent(bool silent) { m_silent = silent; }
    void setDelay(std::chrono::milliseconds delay) { m_delay = delay; }

    /// Connections of the REST API that are open.
    [[nodiscard]] int connections() const;
    /// Closes them, as a server does with those that rest.
    void dropConnections();

    void setBalance(Msat balance) { m_balanceMsat = balance.value(); }
    [[nodiscard]] Msat balance() const { return Msat(m_balanceMsat); }
    /// Nullptr: it knows none.
    [[nodiscard]] const Payment *payment(const PaymentHash &paymentHash) const;
    /// Somebody pays one of the wallet's invoices; `msat` when it is not what the invoice asks.
    void payInvoice(const PaymentHash &paymentHash, std::optional<Msat> msat = {});
    /// Ends an outgoing payment that is under way.
    void settle(const PaymentHash &paymentHash, bool paid);
    /// An invoice of another node, for the wallet to pay.
    [[nodiscard]] QString foreignInvoice(Msat amount, const QString &description = {},
                                         Millis expiry = seconds(3'600)) const;

    /// What the websocket says, to all who listen to the wallet.
    void say(const QString &message);
    [[nodiscard]] int listeners() const;
    [[nodiscard]] int connectionsSoFar() const { return m_connections; }
    void dropListeners();

private:
    struct Answer
    {
        int status = 200;
        QByteArray body;
        QByteArray headers;
    };

    void read(QTcpSocket *socket);
    void upgrade(QTcpSocket *socket);
    void write(QTcpSocket *socket, const Answer &answer);
    /// Nullopt: no answer at all.
    std::optional<Answer> answerTo(const Request &request, QTcpSocket *socket);
    Answer create(const QJsonObject &order);
    std::optional<Answer> pay(const QJsonObject &order, QTcpSocket *socket);
    std::optional<Answer> payAgain(Payment &payment);
    std::optional<Answer> lookup(const QByteArray &hash, bool isOwner, QTcpSocket *socket);
    void send(Payment &payment, bool succeeds);
    void notify(const Payment &payment);
    Payment issue(LightningNetwork network, Msat amount, const QString &memo, Millis expiry);

    static Answer json(int status, const QJsonObject &body);
    static Answer detail(int status, const QString &text, const QString &state = {});
    static QJsonObject toJson(const Payment &payment);

    const Clock &m_clock;
    LightningNetwork m_network;
    SecretKey m_nodeKey = SecretKey::generate();
    SecretKey m_otherNodeKey = SecretKey::generate();
    QTcpServer m_server;
    QWebSocketServer m_webSockets;
    QList<QPointer<QWebSocket>> m_listeners;
    int m_connections = 0;
    QList<Request> m_requests;
    std::map<PaymentHash, Payment> m_payments;
    std::int64_t m_balanceMsat = 0;
    CreateFault m_createFault = CreateFault::None;
    PayFault m_payFault = PayFault::None;
    LookupFault m_lookupFault = LookupFault::None;
    std::optional<Answer> m_payAnswer;
    std::optional<Answer> m_walletAnswer;
    QString m_redirect;
    bool m_silent = false;
    std::chrono::milliseconds m_delay{0};
};

} // namespace tower::test
