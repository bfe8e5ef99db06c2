// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/base/Error.h"
#include "core/base/Later.h"
#include "core/lightning/Wallet.h"

#include <functional>
#include <map>

namespace tower::test {

/// A wallet in memory that does what a test tells it to, and counts what really left it. It outlives the
/// tower that uses it, as a real one does.
class ScriptedWallet : public Wallet
{
public:
    /// What an order to pay does, and what it answers.
    enum class Pay {
        Succeeds,
        StaysPending,      ///< until settle()
        IsRefused,         ///< never tried
        UnknownButPaid,    ///< no answer
        UnknownNotPaid,    ///< no answer, and no record
        UnknownAndPending, ///< no answer, and under way until settle()
        FailedButPaid,     ///< 520: recorded as failed although it was paid, until it is ordered again
        FailedNotPaid,     ///< 520, and so it is
        HangsButPaid,      ///< no answer as long as the test wants
        HangsNotPaid,
    };

    explicit ScriptedWallet(const Clock &clock, LightningNetwork network = LightningNetwork::Bitcoin)
        : m_clock(clock)
        , m_network(network)
    {
    }

    QCoro::Task<WalletInvoice> createInvoice(Sats amount, QString memo, Millis expiry) override
    {
        throwIfUnable();
        Bolt11Draft draft = this->draft(toMsat(amount), expiry);
        draft.description = memo;
        if (tamperDraft)
            tamperDraft(draft);
        WalletInvoice issued{draft.paymentHash, encodeBolt11(draft, m_nodeKey)};
        records[draft.paymentHash].amount = draft.amount;
        if (tamperInvoice)
            tamperInvoice(issued);
        co_return issued;
    }

    QCoro::Task<std::optional<WalletPayment>> lookup(PaymentHash paymentHash) override
    {
        ++lookups;
        if (lookupsHang) {
            Later<bool> hanging;
            m_hanging.push_back(hanging);
            co_await hanging;
        }
        throwIfUnable();
        const auto record = records.find(paymentHash);
        if (record == records.end())
            co_return std::nullopt;
        co_return record->second;
    }

    QCoro::Task<PayOutcome> pay(QString bolt11, Sats) override
    {
        const Bolt11 invoice = decodeBolt11(bolt11);
        ++orders[invoice.paymentHash];
        if (unreachable)
            co_return unknown();
        const auto before = records.find(invoice.paymentHash);
        if (before != records.end() && before->second.outgoing)
            co_return payAgain(invoice.paymentHash);
        const Pay mode = payMode;
        if (mode == Pay::IsRefused)
            co_return answer(PayOutcome::Kind::Refused);
        if (mode == Pay::UnknownNotPaid)
            co_return unknown();
        if (mode != Pay::HangsNotPaid)
            record(invoice, mode);
        if (mode == Pay::HangsButPaid || mode == Pay::HangsNotPaid) {
            Later<bool> hanging;
            m_hanging.push_back(hanging);
            co_await hanging;
        }
        switch (mode) {
        case Pay::Succeeds:
        case Pay::HangsButPaid:
            co_return answer(PayOutcome::Kind::Paid, fee);
        case Pay::StaysPending:
            co_return answer(PayOutcome::Kind::Pending);
        case Pay::HangsNotPaid:
            co_return answer(PayOutcome::Kind::Refused);
        default:
            co_return unknown();
        }
    }

    QCoro::Task<Msat> balance() override
    {
        throwIfUnable();
        co_return held;
    }

    [[nodiscard]] bool isSimulated() const override { return m_network == LightningNetwork::Signet; }
    void abort() override { letGo(); }

    /// Somebody pays one of our invoices; `msat` when it is not what the invoice asks.
    void receive(const PaymentHash &paymentHash, std::optional<Msat> msat = {})
    {
        WalletPayment &payment = records.at(paymentHash);
        payment.state = WalletPayment::State::Paid;
        payment.amount = msat.value_or(payment.amount);
        held += payment.amount;
    }
    /// Ends an outgoing payment that is under way.
    void settle(const PaymentHash &paymentHash, bool succeeds)
    {
        WalletPayment &payment = records.at(paymentHash);
        payment.state = succeeds ? WalletPayment::State::Paid : WalletPayment::State::Failed;
        payment.fee = fee;
        if (succeeds)
            leave(paymentHash, payment.amount);
    }
    /// An invoice of another node.
    [[nodiscard]] QString foreignInvoice(Sats amount, Millis expiry = seconds(3'600)) const
    {
        return encodeBolt11(draft(toMsat(amount), expiry), SecretKey::generate());
    }
    /// Ends all calls that hang.
    void letGo()
    {
        for (const Later<bool> &hanging : std::exchange(m_hanging, {}))
            hanging.give(true);
    }
    [[nodiscard]] std::size_t hanging() const { return m_hanging.size(); }

    Pay payMode = Pay::Succeeds;
    bool unreachable = false;
    bool lookupsHang = false;
    std::function<void(Bolt11Draft &)> tamperDraft;
    std::function<void(WalletInvoice &)> tamperInvoice;
    Msat fee{1'500};
    Msat held;
    int lookups = 0;
    std::map<PaymentHash, int> orders;
    std::map<PaymentHash, int> sent; ///< how often the money left
    std::map<PaymentHash, WalletPayment> records;

private:
    [[nodiscard]] Bolt11Draft draft(Msat amount, Millis expiry) const
    {
        Bolt11Draft out;
        out.network = m_network;
        out.amount = amount;
        out.createdAt = seconds(m_clock.now().value() / 1'000);
        out.expiry = expiry;
        out.paymentHash = PaymentHash(SecretKey::generate().bytes());
        out.paymentSecret = SecretKey::generate().bytes();
        return out;
    }
    void throwIfUnable() const
    {
        if (unreachable)
            throw unavailable(QStringLiteral("The wallet can't be reached."), "wallet_unavailable");
    }
    static PayOutcome answer(PayOutcome::Kind kind, Msat fee = {})
    {
        PayOutcome outcome;
        outcome.kind = kind;
        outcome.fee = fee;
        outcome.reason = QStringLiteral("as the test wants it");
        return outcome;
    }
    static PayOutcome unknown() { return answer(PayOutcome::Kind::Unknown); }

    void leave(const PaymentHash &paymentHash, Msat amount)
    {
        ++sent[paymentHash];
        held += -(amount + fee);
    }
    void record(const Bolt11 &invoice, Pay mode)
    {
        using State = WalletPayment::State;
        WalletPayment &payment = records[invoice.paymentHash];
        payment.state = State::Paid;
        payment.outgoing = true;
        payment.amount = *invoice.amount;
        payment.fee = fee;
        if (mode == Pay::StaysPending || mode == Pay::UnknownAndPending)
            payment.state = State::Pending;
        else if (mode == Pay::FailedButPaid || mode == Pay::FailedNotPaid)
            payment.state = State::Failed;
        const bool leaves = payment.state == State::Paid || mode == Pay::FailedButPaid;
        if (leaves)
            leave(invoice.paymentHash, payment.amount);
    }
    /// The same invoice is the same payment.
    PayOutcome payAgain(const PaymentHash &paymentHash)
    {
        WalletPayment &payment = records.at(paymentHash);
        if (payment.state == WalletPayment::State::Failed && sent[paymentHash] > 0)
            payment.state = WalletPayment::State::Paid;
        return unknown();
    }

    const Clock &m_clock;
    LightningNetwork m_network;
    SecretKey m_nodeKey = SecretKey::generate();
    std::vector<Later<bool>> m_hanging;
};

} // namespace tower::test
