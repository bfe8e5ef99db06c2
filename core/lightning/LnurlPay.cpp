// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lightning/LnurlPay.h"

#include "core/base/Error.h"

#include <QPointer>

#include <chrono>
#include <utility>

namespace tower {

namespace {

ServiceError stopping()
{
    return unavailable(QStringLiteral("The program is stopping."), "lnurl_stopped");
}

bool isRedirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

} // namespace

LnurlPay::LnurlPay(const Settings &settings, PublicHttp::Network network, QObject *parent)
    : QObject(parent)
    , m_http(settings, std::move(network), QStringLiteral("The recipient's service"), maximumBody)
{
}

QCoro::Task<LnurlOffer> LnurlPay::offer(QUrl url)
{
    QCoro::Task<QByteArray> getting = get(url);
    const QByteArray body = co_await getting;
    co_return readLnurlOffer(body);
}

QCoro::Task<QString> LnurlPay::invoice(QUrl order)
{
    QCoro::Task<QByteArray> getting = get(order);
    const QByteArray body = co_await getting;
    co_return readLnurlInvoice(body);
}

QCoro::Task<QByteArray> LnurlPay::get(QUrl url)
{
    const QPointer<LnurlPay> self(this);
    const QDeadlineTimer deadline(std::chrono::milliseconds(m_patience.value()));
    for (int hop = 0; hop <= maximumRedirects; ++hop) {
        QCoro::Task<PublicHttp::Answer> asking = m_http.get(url, deadline);
        const PublicHttp::Answer answer = co_await asking;
        if (!self || answer.fault == PublicHttp::Fault::Stopped)
            throw stopping();
        if (answer.fault != PublicHttp::Fault::None)
            throw lnurlFailed(answer.problem);
        if (isRedirect(answer.status)) {
            url = url.resolved(QUrl::fromEncoded(answer.location, QUrl::StrictMode));
            continue;
        }
        if (answer.status == 200)
            co_return answer.body;
        // Some services give their reason with a status of its own.
        if (const std::optional<QString> reason = readLnurlError(answer.body))
            throw lnurlFailed(QStringLiteral("The recipient's service refuses: %1").arg(*reason));
        throw lnurlFailed(
            QStringLiteral("The recipient's service answered with status %1.").arg(answer.status));
    }
    throw lnurlFailed(QStringLiteral("The recipient's service redirects too often."));
}

} // namespace tower
