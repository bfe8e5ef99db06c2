// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lightning/LnbitsHints.h"

#include "core/base/Log.h"
#include "core/nostr/RelayClient.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QUrl>
#include <QWebSocket>

#include <chrono>
#include <utility>

namespace tower {

namespace {

constexpr qsizetype maximumMessage = 64 * 1024;
constexpr quint64 maximumFrame = 1024 * 1024; ///< what is longer ends the connection
constexpr Millis longestBackOff = seconds(60);
constexpr std::chrono::milliseconds breather{500};
constexpr std::chrono::seconds untilStable{10};

/// What a message says that it is about.
std::optional<PaymentHash> paymentOf(const QString &message)
{
    const QJsonObject said = QJsonDocument::fromJson(message.toUtf8()).object();
    const QJsonObject payment = said.value(QLatin1String("payment")).toObject();
    return PaymentHash::fromHex(payment.value(QLatin1String("payment_hash")).toString());
}

} // namespace

LnbitsHints::LnbitsHints(const Settings &settings, const Secrets &secrets, QObject *parent)
    : QObject(parent)
    , m_settings(settings)
    , m_secrets(secrets)
{
    for (QTimer *timer : {&m_again, &m_breather, &m_stable})
        timer->setSingleShot(true);
    m_breather.setInterval(breather);
    m_stable.setInterval(untilStable);
    connect(&m_again, &QTimer::timeout, this, &LnbitsHints::open);
    connect(&m_breather, &QTimer::timeout, this, &LnbitsHints::flush);
    connect(&m_stable, &QTimer::timeout, this, [this] { m_failures = 0; });
}

LnbitsHints::~LnbitsHints()
{
    abort();
}

void LnbitsHints::start()
{
    if (!m_socket && !m_again.isActive())
        open();
}

void LnbitsHints::abort()
{
    for (QTimer *timer : {&m_again, &m_breather, &m_stable})
        timer->stop();
    m_isWaiting = false;
    drop();
}

void LnbitsHints::open()
{
    QUrl url(m_settings.text(Setting::LnbitsUrl));
    url.setScheme(url.scheme() == QLatin1String("https") ? QStringLiteral("wss") : QStringLiteral("ws"));
    const QByteArray key = m_secrets.value(Secret::LnbitsApiKey).view().toByteArray().toPercentEncoding();
    url.setPath(url.path(QUrl::FullyEncoded) + QStringLiteral("/api/v1/ws/") + QString::fromLatin1(key),
                QUrl::TolerantMode);
    m_socket = new QWebSocket(QString(), QWebSocketProtocol::VersionLatest, this);
    m_socket->setMaxAllowedIncomingMessageSize(maximumFrame);
    m_socket->setMaxAllowedIncomingFrameSize(maximumFrame);
    connect(m_socket, &QWebSocket::connected, this, [this] {
        m_stable.start();
        hint(std::nullopt);
    });
    connect(m_socket, &QWebSocket::textMessageReceived, this, &LnbitsHints::receive);
    connect(m_socket, &QWebSocket::stateChanged, this, [this](QAbstractSocket::SocketState state) {
        if (state == QAbstractSocket::UnconnectedState)
            lost();
    });
    m_socket->open(url);
}

void LnbitsHints::receive(const QString &message)
{
    if (message.size() <= maximumMessage)
        hint(paymentOf(message));
}

void LnbitsHints::hint(const std::optional<PaymentHash> &paymentHash)
{
    m_waiting = m_isWaiting && m_waiting != paymentHash ? std::nullopt : paymentHash;
    m_isWaiting = true;
    if (!m_breather.isActive())
        flush();
}

void LnbitsHints::flush()
{
    if (!std::exchange(m_isWaiting, false))
        return;
    m_breather.start();
    emit hinted(m_waiting);
}

void LnbitsHints::lost()
{
    drop();
    ++m_failures;
    const Millis wait = backOff(m_failures, longestBackOff);
    log::info("wallet", QStringLiteral("no websocket to LNbits"),
              {{"again_in_ms", QString::number(wait.value())}});
    m_again.start(std::chrono::milliseconds(wait.value()));
}

void LnbitsHints::drop()
{
    m_stable.stop();
    if (!m_socket)
        return;
    m_socket->disconnect(this);
    m_socket->abort();
    m_socket->deleteLater();
    m_socket = nullptr;
}

} // namespace tower
