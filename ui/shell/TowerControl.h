// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/activity/Activity.h"
#include "core/base/Secrets.h"
#include "core/base/Types.h"
#include "core/payments/OutgoingStore.h"
#include "core/payments/Reconcile.h"
#include "core/payments/Refunds.h"
#include "core/pool/GenerosityPool.h"
#include "core/receipts/Providers.h"
#include "ui/shell/Connections.h"
#include "ui/shell/Sums.h"

#include <QFuture>
#include <QString>

#include <functional>
#include <vector>

namespace tower {

/// How the API stands, as the windows show it.
struct ApiState
{
    QString url; ///< "https://127.0.0.1:8787"
    QString host;
    int port = 0;
    bool listening = false;
    bool tls = false;
    bool demo = false;
    QString simulated{};     ///< what is simulated, in words ("wallet, agent"); empty when nothing is
    QString problem{};       ///< why it does not listen, when that is not by choice
    bool tokenFixed = false; ///< the admin token comes from the environment and can't be rotated here
};

struct RouteLine
{
    QString method;
    QString path;
    QString scope; ///< public, user, admin ...
    std::int64_t calls = 0;
    std::int64_t errors = 0;
    double p50Ms = 0;
    double p99Ms = 0;
};

struct RequestLine
{
    std::int64_t id = 0;
    Millis at;
    QString method;
    QString path;
    int status = 0;
    double ms = 0;
    QString from;    ///< who or which address
    QString problem; ///< error code, empty when it went well
};

/// A secret as the windows may know it: never its value.
struct SecretLine
{
    QString name;
    QString meaning;
    bool isSet = false;
    QString source;           ///< environment, file, keychain, secrets.ini, generated; empty when not set
    bool inPlainFile = false; ///< kept in secrets.ini, for want of a keychain
};

/// What the Lightning wallet says of itself.
struct WalletState
{
    std::optional<Msat> balance; ///< nullopt: it can't be reached
    bool simulated = false;
    QString problem{}; ///< why it can't, in a sentence
};

/// What the windows need of the program around the services: its API, its files. The program implements it;
/// tests do too. Every method is called on the core thread (through Core::run) and throws ServiceError.
class TowerControl
{
public:
    virtual ~TowerControl() = default;

    virtual ApiState api() = 0;
    virtual void startServing() = 0;
    virtual void stopServing() = 0;
    /// Takes effect at once when it serves, and is kept. Nothing changes when the address can't be had.
    virtual void changeAddress(const QString &host, int port) = 0;

    virtual std::vector<RouteLine> routes() = 0;
    /// Newest first, at most `limit`.
    virtual std::vector<RequestLine> requests(int limit) = 0;
    virtual std::vector<RequestLine> errors(int limit) = 0;

    /// Returns the new token: the only time that it is shown.
    virtual QString rotateAdminToken() = 0;
    /// A command line for a shell; the token is $ADMIN_TOKEN in it, never itself.
    virtual QString curlFor(const QString &method, const QString &path) = 0;

    /// All of the catalogue.
    virtual std::vector<SecretLine> secrets() = 0;
    /// Keeps this key (nsec or hex) in place of Timmy's: from the next start on, until then Timmy goes on as
    /// who he is. The former key is gone. Returns whose key it is. Throws badRequest("nsec") when it is no
    /// key, conflict "secret_fixed" when the environment gives it.
    virtual PubKey importTimmyKey(const SecretBytes &key, const QString &actor) = 0;

    /// Recomputes the chain over a read-only connection, off the core thread. `cancelled` is asked from
    /// there.
    virtual QFuture<ChainReport> verifyActivity(std::function<bool()> cancelled) = 0;
    /// The checks of the books, over a read-only connection, off the core thread.
    virtual QFuture<ReconcileReport> reconcile() = 0;
    /// Never fails: an unreachable wallet is an answer.
    virtual QFuture<WalletState> wallet() = 0;
    /// Asks it once, for real (see Connections.h). Never fails.
    virtual QFuture<ConnectionReport> testConnection(Connection which) = 0;
    /// The last `days` UTC days of the pool, oldest first, off the core thread.
    virtual QFuture<std::vector<PoolDay>> poolHistory(int days) = 0;
    /// earnedSince() and totalsOf() of Sums.h, off the core thread.
    virtual QFuture<Sats> earned(Millis since) = 0;
    virtual QFuture<WorkTotals> workTotals(Millis since) = 0;
    /// All providers of the window, the best first; off the core thread.
    virtual QFuture<std::vector<ProviderScore>> providers(const ReceiptWindow &window) = 0;
    /// Nullopt when there is no receipt of this provider.
    virtual QFuture<std::optional<ProviderDetail>> provider(const QByteArray &npub,
                                                            const ReceiptWindow &window) = 0;
    /// The signed snapshot, as the API gives it.
    virtual QFuture<QByteArray> providerSnapshot() = 0;

    /// Refunds::pay() as the operator's decision, which the activity log keeps.
    virtual QFuture<Refund> payRefund(RefundOwner kind, const QString &ownerId, const QString &bolt11,
                                      const QString &actor) = 0;
    /// Outgoing::settleByHand(), likewise.
    virtual OutgoingPayment settlePayment(const QString &id, bool paid, const QString &reason,
                                          const QString &actor) = 0;

    /// A whole copy of the database in a new file, off the core thread.
    virtual QFuture<void> backup(const QString &file) = 0;
    virtual QString dataFolder() = 0;
    /// Without a password.
    virtual QString databaseDisplay() = 0;
};

} // namespace tower
