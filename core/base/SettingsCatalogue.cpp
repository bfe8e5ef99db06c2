// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The one place that declares every setting. resources/docs/settings.md is written from it
// (TOWER_UPDATE_DOCS=1 tst_SettingsDoc); a test holds the two together.
#include "core/base/Settings.h"

#include <array>

namespace tower {
namespace {

using enum Setting;

constexpr std::int64_t maxSats = 100'000'000; // one bitcoin: above it a value is a slip of the finger
constexpr std::int64_t maxScore = 1'000'000;
constexpr std::int64_t maxTokens = 1'000'000;
constexpr std::int64_t maxSecs = 31'536'000; // a year
constexpr std::int64_t maxDays = 36'500;
constexpr std::int64_t maxPerMinute = 1'000'000;
constexpr std::int64_t million = 1'000'000;

constexpr const char *tiers = "new,established,trusted,elite";
constexpr const char *levels = "none,read,write";
constexpr const char *http = "http,https";
constexpr const char *websocket = "ws,wss";

constexpr const char *identity = "Identity and sign-in";
constexpr const char *trust = "Trust";
constexpr const char *pool = "Generosity pool";
constexpr const char *pricing = "Agent and pricing";
constexpr const char *sessions = "Sessions";
constexpr const char *backends = "Wallet and agent services";
constexpr const char *outreach = "Zaps and engagement";
constexpr const char *relay = "Relay";
constexpr const char *server = "HTTP server";
constexpr const char *outside = "Outside services";
constexpr const char *nodes = "Nodes";
constexpr const char *receipts = "Receipts";

constexpr SettingSpec integer(Setting s, const char *name, const char *group, const char *standard,
                              std::int64_t minimum, std::int64_t maximum, const char *meaning)
{
    return {s,       name,    nullptr, group,  SettingType::Integer, standard, minimum,
            maximum, nullptr, false,   meaning};
}

constexpr SettingSpec usd(Setting s, const char *name, const char *group, const char *standard,
                          std::int64_t minimumDollars, std::int64_t maximumDollars, const char *meaning)
{
    return {s,
            name,
            nullptr,
            group,
            SettingType::Decimal,
            standard,
            minimumDollars * million,
            maximumDollars * million,
            nullptr,
            false,
            meaning};
}

constexpr SettingSpec flag(Setting s, const char *name, const char *group, const char *standard,
                           const char *meaning)
{
    return {s, name, nullptr, group, SettingType::Flag, standard, 0, 1, nullptr, false, meaning};
}

constexpr SettingSpec text(Setting s, const char *name, const char *group, const char *standard,
                           const char *meaning)
{
    return {s, name, nullptr, group, SettingType::Text, standard, 1, 100, nullptr, false, meaning};
}

/// Without a default the address may be empty, which turns off what it is for.
constexpr SettingSpec url(Setting s, const char *name, const char *group, const char *standard,
                          const char *schemes, const char *meaning)
{
    const std::int64_t shortest = *standard == '\0' ? 0 : 1;
    return {s, name, nullptr, group, SettingType::Url, standard, shortest, 500, schemes, true, meaning};
}

constexpr SettingSpec list(Setting s, const char *name, const char *group, const char *standard,
                           const char *words, const char *meaning)
{
    return {s, name, nullptr, group, SettingType::List, standard, 0, 0, words, false, meaning};
}

constexpr SettingSpec kinds(Setting s, const char *name, const char *standard, const char *meaning)
{
    return {s, name, nullptr, relay, SettingType::Kinds, standard, 0, 65535, nullptr, false, meaning};
}

constexpr SettingSpec pubkeys(Setting s, const char *name, const char *group, std::int64_t most,
                              const char *meaning)
{
    return {s, name, nullptr, group, SettingType::PubKeys, "", 0, most, nullptr, true, meaning};
}

constexpr SettingSpec access(Setting s, const char *name, const char *standard, const char *meaning)
{
    return {s, name, nullptr, relay, SettingType::Choice, standard, 0, 0, levels, false, meaning};
}

constexpr SettingSpec atRestart(SettingSpec spec)
{
    spec.restart = true;
    return spec;
}

constexpr SettingSpec withAlias(SettingSpec spec, const char *alias)
{
    spec.alias = alias;
    return spec;
}

constexpr std::array table{
    pubkeys(TimmyNostrPubkey, "TIMMY_NOSTR_PUBKEY", identity, 1,
            "public key seeded with elite relay access; derived from TIMMY_NOSTR_NSEC when empty"),
    atRestart(flag(TimmyNostrEphemeral, "TIMMY_NOSTR_EPHEMERAL", identity, "0",
                   "1: without an nsec, a throw-away identity with a warning")),
    integer(NostrTokenTtlSecs, "NOSTR_TOKEN_TTL_SECS", identity, "86400", 1, maxSecs,
            "life of an identity token, in seconds"),
    integer(NostrChallengeTtlSecs, "NOSTR_CHALLENGE_TTL_SECS", identity, "300", 1, 86'400,
            "life of a sign-in nonce, in seconds"),
    url(NostrRelayUrl, "NOSTR_RELAY_URL", identity, "", websocket,
        "relay that events are published to; empty: none"),

    integer(TrustTierEstablished, "TRUST_TIER_ESTABLISHED", trust, "10", 1, maxScore,
            "lowest score of the tier established; the tiers' bounds must ascend"),
    integer(TrustTierTrusted, "TRUST_TIER_TRUSTED", trust, "50", 1, maxScore,
            "lowest score of the tier trusted"),
    integer(TrustTierElite, "TRUST_TIER_ELITE", trust, "200", 1, maxScore, "lowest score of the tier elite"),
    integer(TrustScorePerSuccess, "TRUST_SCORE_PER_SUCCESS", trust, "2", 0, maxScore,
            "score added by a successful interaction"),
    integer(TrustScorePerFailure, "TRUST_SCORE_PER_FAILURE", trust, "5", 0, maxScore,
            "score taken by a failed interaction; the score stops at 0"),
    integer(TrustScorePerTowerFault, "TRUST_SCORE_PER_TOWER_FAULT", trust, "0", 0, maxScore,
            "score taken when the failure was the tower's own (agent unreachable, timeout)"),
    integer(TrustDecayAbsentDays, "TRUST_DECAY_ABSENT_DAYS", trust, "30", 0, maxDays,
            "days of absence after which the score decays"),
    integer(TrustDecayPerDay, "TRUST_DECAY_PER_DAY", trust, "1", 0, maxScore,
            "score lost for each further day of absence"),
    integer(VouchTrustBoost, "VOUCH_TRUST_BOOST", trust, "20", 0, maxScore, "score that a vouch adds"),

    integer(FreeTierBudgetNew, "FREE_TIER_BUDGET_NEW", pool, "0", 0, maxSats,
            "sats absorbed per UTC day for an identity of the tier new"),
    integer(FreeTierBudgetEstablished, "FREE_TIER_BUDGET_ESTABLISHED", pool, "50", 0, maxSats,
            "the same for the tier established"),
    integer(FreeTierBudgetTrusted, "FREE_TIER_BUDGET_TRUSTED", pool, "200", 0, maxSats,
            "the same for the tier trusted"),
    integer(FreeTierBudgetElite, "FREE_TIER_BUDGET_ELITE", pool, "1000", 0, maxSats,
            "the same for the tier elite"),
    atRestart(integer(FreeTierPoolInitialSats, "FREE_TIER_POOL_INITIAL_SATS", pool, "10000", 0, maxSats,
                      "opening balance of the pool, used once for a new database")),
    withAlias(integer(FreeTierPoolCreditPct, "FREE_TIER_POOL_CREDIT_PCT", pool, "10", 0, 100,
                      "percentage of every paid work that goes to the pool"),
              "POOL_CREDIT_PCT"),

    integer(EvalFeeSats, "EVAL_FEE_SATS", pricing, "10", 1, maxSats,
            "fixed fee to have a request evaluated, in sats"),
    text(EvalModel, "EVAL_MODEL", pricing, "claude-haiku-4-5", "model that evaluates requests"),
    text(WorkModel, "WORK_MODEL", pricing, "claude-sonnet-4-6", "model that does the work"),
    usd(HaikuInputUsdPerMtok, "HAIKU_INPUT_USD_PER_MTOK", pricing, "1", 0, 10'000,
        "USD per million input tokens of the evaluating model"),
    usd(HaikuOutputUsdPerMtok, "HAIKU_OUTPUT_USD_PER_MTOK", pricing, "5", 0, 10'000,
        "USD per million output tokens of the evaluating model"),
    usd(SonnetInputUsdPerMtok, "SONNET_INPUT_USD_PER_MTOK", pricing, "3", 0, 10'000,
        "USD per million input tokens of the working model"),
    usd(SonnetOutputUsdPerMtok, "SONNET_OUTPUT_USD_PER_MTOK", pricing, "15", 0, 10'000,
        "USD per million output tokens of the working model"),
    usd(InfraMonthlyUsd, "INFRA_MONTHLY_USD", pricing, "24", 0, million,
        "monthly cost of the infrastructure, spread over INFRA_MONTHLY_REQUESTS"),
    integer(InfraMonthlyRequests, "INFRA_MONTHLY_REQUESTS", pricing, "1000", 1, 1'000'000'000,
            "requests per month that the infrastructure's cost is spread over"),
    integer(WorkMarginPct, "WORK_MARGIN_PCT", pricing, "40", 0, 10'000,
            "originator's margin on cost, in percent"),
    integer(EstimateCharsPerToken, "ESTIMATE_CHARS_PER_TOKEN", pricing, "4", 1, 1000,
            "characters of a request that count as one input token"),
    integer(EstimatePromptTokens, "ESTIMATE_PROMPT_TOKENS", pricing, "200", 0, maxTokens,
            "input tokens of the fixed prompt, added to every estimate"),
    integer(EstimateOutputTokensShort, "ESTIMATE_OUTPUT_TOKENS_SHORT", pricing, "200", 0, maxTokens,
            "output tokens estimated for a request of up to 100 characters"),
    integer(EstimateOutputTokensMedium, "ESTIMATE_OUTPUT_TOKENS_MEDIUM", pricing, "400", 0, maxTokens,
            "the same for 101 to 300 characters"),
    integer(EstimateOutputTokensLong, "ESTIMATE_OUTPUT_TOKENS_LONG", pricing, "800", 0, maxTokens,
            "the same for over 300 characters"),
    integer(JobMaxRequestChars, "JOB_MAX_REQUEST_CHARS", pricing, "500", 1, 100'000,
            "longer requests are refused"),
    integer(BtcPriceCacheSecs, "BTC_PRICE_CACHE_SECS", pricing, "60", 0, 86'400,
            "seconds that a bitcoin price is used before it is asked for again"),
    usd(BtcPriceUsdFallback, "BTC_PRICE_USD_FALLBACK", pricing, "100000", 1, 1'000'000'000,
        "USD per bitcoin when no source answers; flagged everywhere it is used"),
    list(BtcPriceSources, "BTC_PRICE_SOURCES", pricing, "coingecko,coinbase,kraken",
         "coingecko,coinbase,kraken", "price sources; the median of those that answer counts"),

    integer(SessionMinDepositSats, "SESSION_MIN_DEPOSIT_SATS", sessions, "100", 1, maxSats,
            "smallest deposit and top-up, in sats; at most SESSION_MAX_DEPOSIT_SATS"),
    integer(SessionMaxDepositSats, "SESSION_MAX_DEPOSIT_SATS", sessions, "10000", 1, maxSats,
            "largest deposit and top-up, in sats"),
    integer(SessionMinBalanceSats, "SESSION_MIN_BALANCE_SATS", sessions, "50", 0, maxSats,
            "balance below which a session pauses, in sats"),
    integer(SessionExpiryHours, "SESSION_EXPIRY_HOURS", sessions, "24", 1, 8760,
            "hours that a session lives after its last payment"),

    url(LnbitsUrl, "LNBITS_URL", backends, "", http,
        "base URL of the LNbits wallet; without it and LNBITS_API_KEY the wallet is simulated"),
    url(AnthropicBaseUrl, "ANTHROPIC_BASE_URL", backends, "https://api.anthropic.com", http,
        "base URL of the agent's API; without ANTHROPIC_API_KEY the agent is simulated"),

    integer(ZapPctDefault, "ZAP_PCT_DEFAULT", outreach, "0", 0, 100,
            "percentage of a work fee zapped back to the customer; 0: off"),
    integer(ZapMinSats, "ZAP_MIN_SATS", outreach, "10", 1, maxSats, "smaller zaps are skipped"),
    integer(ZapMaxSatsPerDay, "ZAP_MAX_SATS_PER_DAY", outreach, "10000", 0, maxSats,
            "ceiling of all zaps of a UTC day, in sats"),
    integer(EngagementIntervalDays, "ENGAGEMENT_INTERVAL_DAYS", outreach, "0", 0, maxDays,
            "days between two engagement messages to one identity; 0: off"),
    integer(EngagementAbsentDays, "ENGAGEMENT_ABSENT_DAYS", outreach, "14", 0, maxDays,
            "days after which an identity counts as absent"),
    flag(EngagementApproval, "ENGAGEMENT_APPROVAL", outreach, "1",
         "0: engagement messages are sent without the operator's approval"),

    access(RelayAccessNew, "RELAY_ACCESS_NEW", "read", "relay access that the tier new earns"),
    access(RelayAccessEstablished, "RELAY_ACCESS_ESTABLISHED", "write",
           "relay access that the tier established earns"),
    access(RelayAccessTrusted, "RELAY_ACCESS_TRUSTED", "write", "relay access that the tier trusted earns"),
    access(RelayAccessElite, "RELAY_ACCESS_ELITE", "write", "relay access that the tier elite earns"),
    kinds(RelayUnmoderatedKinds, "RELAY_UNMODERATED_KINDS", "0,3,10002",
          "kinds that a writer may publish without the queue; ephemeral kinds never queue"),
    kinds(RelayOpenKinds, "RELAY_OPEN_KINDS", "1059,9735",
          "kinds accepted from anyone (1059 only when its p tag names an account with access)"),
    integer(ModerationPollMs, "MODERATION_POLL_MS", relay, "30000", 10, 86'400'000,
            "milliseconds between two rounds of the AI reviewer"),
    integer(ModerationBatch, "MODERATION_BATCH", relay, "10", 1, 1000,
            "events that the AI reviewer takes in one round"),
    list(ModerationAutoApproveTiers, "MODERATION_AUTO_APPROVE_TIERS", relay, "trusted", tiers,
         "tiers whose events an approving AI verdict publishes; for the others it is advice"),

    integer(RateLimitSigninPerMin, "RATE_LIMIT_SIGNIN_PER_MIN", server, "30", 0, maxPerMinute,
            "sign-in requests per minute and client address; 0: no limit"),
    integer(RateLimitCreatePerMin, "RATE_LIMIT_CREATE_PER_MIN", server, "30", 0, maxPerMinute,
            "creating requests per minute and client address; 0: no limit"),
    integer(RateLimitPublicPerMin, "RATE_LIMIT_PUBLIC_PER_MIN", server, "300", 0, maxPerMinute,
            "other public requests per minute and client address; 0: no limit"),
    atRestart(integer(HttpMaxConnections, "HTTP_MAX_CONNECTIONS", server, "1024", 1, 65'535,
                      "connections open at once")),
    atRestart(integer(HttpMaxPerAddress, "HTTP_MAX_PER_ADDRESS", server, "256", 1, 65'535,
                      "connections open at once from one client address")),
    atRestart(integer(HttpMaxBodyBytes, "HTTP_MAX_BODY_BYTES", server, "262144", 1024, 67'108'864,
                      "largest request body, in bytes")),
    atRestart(integer(HttpIdleSecs, "HTTP_IDLE_SECS", server, "15", 1, 3600,
                      "seconds that a connection may be silent between requests")),
    atRestart(integer(HttpRequestSecs, "HTTP_REQUEST_SECS", server, "30", 1, 3600,
                      "seconds from the first byte of a request to its last")),
    url(PublicUrl, "PUBLIC_URL", server, "", http,
        "what clients and relays call the API by; empty: the bound address"),
    pubkeys(AdminPubkeys, "ADMIN_PUBKEYS", server, 100, "public keys that may sign admin calls (NIP-98)"),

    url(CoingeckoUrl, "COINGECKO_URL", outside, "https://api.coingecko.com", http,
        "base URL of the price source coingecko"),
    url(CoinbaseUrl, "COINBASE_URL", outside, "https://api.coinbase.com", http,
        "base URL of the price source coinbase"),
    url(KrakenUrl, "KRAKEN_URL", outside, "https://api.kraken.com", http,
        "base URL of the price source kraken"),
    url(DoApiUrl, "DO_API_URL", outside, "https://api.digitalocean.com", http,
        "base URL of the cloud's API; without DO_API_TOKEN the cloud is simulated"),
    url(TailscaleApiUrl, "TAILSCALE_API_URL", outside, "https://api.tailscale.com", http,
        "base URL of Tailscale's API"),
    flag(LnurlAllowPrivate, "LNURL_ALLOW_PRIVATE", outside, "0",
         "1: LNURL may use http and private addresses (tests, a closed network); shown as a warning"),

    integer(BootstrapFeeSats, "BOOTSTRAP_FEE_SATS", nodes, "10000", 1, maxSats, "price of a node, in sats"),
    text(DoRegion, "DO_REGION", nodes, "nyc3", "region of a node's droplet"),
    text(DoSize, "DO_SIZE", nodes, "s-4vcpu-8gb", "size of a node's droplet"),
    text(DoImage, "DO_IMAGE", nodes, "debian-12-x64", "image of a node's droplet"),
    integer(DoVolumeSizeGb, "DO_VOLUME_SIZE_GB", nodes, "0", 0, 16'384,
            "size of a node's extra volume, in GB; 0: none"),
    integer(NodeKeyRedeliverySecs, "NODE_KEY_REDELIVERY_SECS", nodes, "600", 0, maxSecs,
            "seconds during which a lost delivery of a node's key is repeated; 0: never"),
    integer(NodeLeaseSecs, "NODE_LEASE_SECS", nodes, "2592000", 1, 10 * maxSecs,
            "seconds that a node's fee covers, for its receipt"),
    text(TailscaleTailnet, "TAILSCALE_TAILNET", nodes, "-",
         "tailnet that nodes join when TAILSCALE_API_KEY is set; -: the key's own"),
    text(TailscaleTag, "TAILSCALE_TAG", nodes, "tag:timmy-node", "tag of a node in the tailnet"),

    integer(ReceiptEventKind, "RECEIPT_EVENT_KIND", receipts, "38385", 0, 65'535,
            "Nostr kind of a completion receipt"),
    integer(ReceiptMinConsumerDays, "RECEIPT_MIN_CONSUMER_DAYS", receipts, "30", 0, maxDays,
            "receipts of consumers seen for fewer days do not count"),
    SettingSpec{ReceiptMaxShare, "RECEIPT_MAX_SHARE", nullptr, receipts, SettingType::Decimal, "0.20", 0,
                million, nullptr, false,
                "largest share of a provider's receipts that one consumer counts for"},
};

consteval bool inOrderOfTheEnum()
{
    if (table.size() != static_cast<std::size_t>(Setting::Count))
        return false;
    for (std::size_t i = 0; i < table.size(); ++i) {
        if (static_cast<std::size_t>(table[i].setting) != i)
            return false;
    }
    return true;
}
static_assert(inOrderOfTheEnum(), "the catalogue lists every Setting once, in the enum's order");

} // namespace

const std::vector<SettingSpec> &Settings::catalogue()
{
    static const std::vector<SettingSpec> specs(table.begin(), table.end());
    return specs;
}

} // namespace tower
