// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Types.h"

#include <QHash>
#include <QList>
#include <QProcessEnvironment>
#include <QString>
#include <QStringList>

#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace tower {

/// Every setting that is not a secret, in the catalogue's order. The catalogue (SettingsCatalogue.cpp) holds
/// name, type, default, range and meaning of each; secrets are in Secrets.h.
enum class Setting {
    // Identity and sign-in
    TimmyNostrPubkey,
    TimmyNostrEphemeral,
    NostrTokenTtlSecs,
    NostrChallengeTtlSecs,
    NostrRelayUrl,
    // Trust
    TrustTierEstablished,
    TrustTierTrusted,
    TrustTierElite,
    TrustScorePerSuccess,
    TrustScorePerFailure,
    TrustScorePerTowerFault,
    TrustDecayAbsentDays,
    TrustDecayPerDay,
    VouchTrustBoost,
    // Generosity pool
    FreeTierBudgetNew,
    FreeTierBudgetEstablished,
    FreeTierBudgetTrusted,
    FreeTierBudgetElite,
    FreeTierPoolInitialSats,
    FreeTierPoolCreditPct,
    // Agent and pricing
    EvalFeeSats,
    EvalModel,
    WorkModel,
    HaikuInputUsdPerMtok,
    HaikuOutputUsdPerMtok,
    SonnetInputUsdPerMtok,
    SonnetOutputUsdPerMtok,
    InfraMonthlyUsd,
    InfraMonthlyRequests,
    WorkMarginPct,
    EstimateCharsPerToken,
    EstimatePromptTokens,
    EstimateOutputTokensShort,
    EstimateOutputTokensMedium,
    EstimateOutputTokensLong,
    JobMaxRequestChars,
    BtcPriceCacheSecs,
    BtcPriceUsdFallback,
    BtcPriceSources,
    // Sessions
    SessionMinDepositSats,
    SessionMaxDepositSats,
    SessionMinBalanceSats,
    SessionExpiryHours,
    // Wallet and agent services
    LnbitsUrl,
    AnthropicBaseUrl,
    // Zaps and engagement
    ZapPctDefault,
    ZapMinSats,
    ZapMaxSatsPerDay,
    EngagementIntervalDays,
    EngagementAbsentDays,
    EngagementApproval,
    // Relay
    RelayAccessNew,
    RelayAccessEstablished,
    RelayAccessTrusted,
    RelayAccessElite,
    RelayUnmoderatedKinds,
    RelayOpenKinds,
    ModerationPollMs,
    ModerationBatch,
    ModerationAutoApproveTiers,
    // HTTP
    RateLimitSigninPerMin,
    RateLimitCreatePerMin,
    RateLimitPublicPerMin,
    HttpMaxConnections,
    HttpMaxPerAddress,
    HttpMaxBodyBytes,
    HttpIdleSecs,
    HttpRequestSecs,
    PublicUrl,
    AdminPubkeys,
    // Outside services
    CoingeckoUrl,
    CoinbaseUrl,
    KrakenUrl,
    DoApiUrl,
    TailscaleApiUrl,
    LnurlAllowPrivate,
    // Nodes
    BootstrapFeeSats,
    DoRegion,
    DoSize,
    DoImage,
    DoVolumeSizeGb,
    NodeKeyRedeliverySecs,
    NodeLeaseSecs,
    TailscaleTailnet,
    TailscaleTag,
    // Receipts
    ReceiptEventKind,
    ReceiptMinConsumerDays,
    ReceiptMaxShare,

    Count
};

enum class SettingType {
    Integer, ///< whole number within [minimum, maximum]
    Decimal, ///< up to six decimals, kept as an integer in millionths
    Flag,    ///< 0 or 1
    Text,    ///< one word of printable ASCII
    Url,     ///< absolute, with a host, without credentials, query, fragment; a last / is dropped
    List,    ///< comma-separated words; may be empty, which turns it off
    Kinds,   ///< comma-separated Nostr kinds, 0..65535; may be empty
    PubKeys, ///< comma-separated keys, 64 hex digits or npub1...; the shape only: who uses an npub decodes it
    Choice,  ///< one of `choices`
};

enum class SettingSource { Default, Saved, ConfigFile, Environment, CommandLine };

struct SettingSpec
{
    Setting setting;
    const char *name;  ///< the environment variable
    const char *alias; ///< another accepted name, or nullptr
    const char *group; ///< heading on the Settings page
    SettingType type;
    const char *defaultText;
    std::int64_t
        minimum; ///< Integer, Kinds: the value; Decimal: millionths; Text, Url: length (0: may be empty)
    std::int64_t maximum; ///< likewise; PubKeys: how many
    const char *choices;  ///< Choice and List: allowed words, Url: allowed schemes; comma-separated
    bool restart;         ///< takes effect at the next start
    const char *meaning;  ///< one line
};

/// The effective settings. Owned by the core thread (built before it runs, then read and changed there only).
///
/// Precedence: command line, environment, config file, saved (table `settings`), default. A value that does
/// not parse or lies outside its range never becomes effective: it throws ServiceError (code
/// "invalid_setting", field = the setting's name) whose message names setting, value and range.
class Settings
{
public:
    using Values = std::map<QString, QString>;
    /// New saved values; nullopt goes back to the layer below (the default).
    using Changes = std::map<Setting, std::optional<QString>>;

    Settings(); ///< all defaults
    /// `config` keys that no setting has are warnings (see warnings()) with the nearest known name; the name
    /// of a secret (or its NAME_FILE) there is an error, since secrets come from the environment only.
    Settings(const Values &commandLine, const QProcessEnvironment &environment, const Values &config);

    /// The saved layer, once the database is open. Throws like the constructor; nothing changes then. A saved
    /// value under a fixed setting is not looked at, so that the environment can overrule a bad one.
    void load(const Values &saved);

    [[nodiscard]] std::int64_t integer(Setting s) const;
    [[nodiscard]] std::int64_t millionths(Setting s) const;
    [[nodiscard]] bool flag(Setting s) const { return integer(s) != 0; }
    [[nodiscard]] const QString &text(Setting s) const;
    [[nodiscard]] const QStringList &list(Setting s) const;
    [[nodiscard]] const QList<int> &kinds(Setting s) const;
    [[nodiscard]] Sats sats(Setting s) const { return Sats(integer(s)); }

    [[nodiscard]] SettingSource source(Setting s) const;
    /// True when the command line, the environment or the config file fixes it: changing it is a conflict.
    [[nodiscard]] bool isFixed(Setting s) const;

    /// Checks `text` as a new saved value: returns it normalised, or throws as above; also checks rules
    /// between settings (the tiers' bounds ascend, minimum deposit <= maximum).
    [[nodiscard]] QString check(Setting s, const QString &text) const;
    /// The same for several at once, judged together (all three tiers can move in one step). Conflict when
    /// one of them is fixed.
    [[nodiscard]] Changes check(const Changes &changes) const;
    /// Makes saved values effective (the caller has checked and stored them), then tells the listeners of
    /// those that differ. Throws like check(); nothing changes then.
    void setSaved(const Changes &changes);
    void setSaved(Setting s, const QString &text) { setSaved({{s, text}}); }
    /// Back to the default.
    void resetSaved(Setting s) { setSaved({{s, std::nullopt}}); }

    [[nodiscard]] const QStringList &warnings() const { return m_warnings; }

    static const std::vector<SettingSpec> &catalogue();
    static const SettingSpec &spec(Setting s);
    static const SettingSpec *find(const QString &nameOrAlias);
    /// What a value may be, in words: "a whole number between 1 and 1000000".
    static QString rangeText(const SettingSpec &spec);
    static QString sourceName(SettingSource source);
    /// Parses the INI config file into name -> value; throws ServiceError when it can't be read.
    static Values readConfigFile(const QString &path);

    /// Called after a value changed at run time, on the core thread.
    void onChange(std::function<void(Setting)> listener) { m_listeners.push_back(std::move(listener)); }

private:
    struct Value
    {
        QString text;
        std::int64_t number = 0;
        QStringList list;
        QList<int> kinds;
        SettingSource source = SettingSource::Default;
    };

    using Effective = std::vector<Value>;

    static Value parse(const SettingSpec &spec, const QString &text, SettingSource source);
    static void checkTogether(const Effective &values);
    void apply(const Values &values, SettingSource source);
    void noteUnknown(const QString &name, SettingSource source);
    [[nodiscard]] Effective with(const Changes &changes) const;
    [[nodiscard]] const Value &valueOf(Setting s) const { return m_values[static_cast<std::size_t>(s)]; }

    Effective m_values;
    Effective m_withoutSaved;
    QStringList m_warnings;
    std::vector<std::function<void(Setting)>> m_listeners;
};

} // namespace tower
