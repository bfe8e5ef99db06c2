// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/WorkRoutes.h"

#include "core/base/Error.h"

namespace tower {

namespace {

/// Pays an invoice of the simulated wallet, as a customer's wallet would, and answers once it is booked.
QCoro::Task<HttpResponse> pay(WorkServices services, HttpRequest request)
{
    if (!services.simulatedWallet)
        throw notFound(QStringLiteral("There is nothing at this path: the wallet is not simulated."));
    const auto hash = PaymentHash::fromHex(request.parameter("paymentHash").toLower());
    if (!hash)
        throw notFound(QStringLiteral("No invoice has this payment hash."), "invoice_not_found");
    const QByteArray preimage = services.simulatedWallet->payInvoice(*hash);
    QCoro::Task<void> booking = services.watcher.check(*hash, true);
    co_await booking;
    co_return HttpResponse::json(QJsonObject{{QStringLiteral("ok"), true},
                                             {QStringLiteral("paymentHash"), hash->text()},
                                             {QStringLiteral("preimage"), QString::fromLatin1(preimage)}});
}

} // namespace

void addStubRoute(Router &router, const WorkServices &services)
{
    router.add({.method = HttpMethod::Post,
                .pattern = "/api/dev/stub/pay/:paymentHash",
                .handler = AsyncHandler(
                    [services](HttpRequest request) { return pay(services, std::move(request)); })});
}

} // namespace tower
