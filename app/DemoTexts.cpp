// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/DemoTexts.h"

#include <array>

namespace tower::demo {

namespace {

template <std::size_t N>
const char *pick(const std::array<const char *, N> &texts, int number)
{
    return texts[static_cast<std::size_t>(number) % N];
}

constexpr std::array scoreReasons{"jobs completed", "long-standing customer",
                                  "brought over from the old list", "helps in the support channel",
                                  "first job went well"};
constexpr std::array grantReasons{
    "met at the Lightning meetup", "runs the community calendar",   "asked by mail",
    "translates our posts",        "guest for the conference week", "known from the old relay"};
constexpr std::array revokeReasons{"copy-paste advertising", "asked to be removed", "key reported as stolen",
                                   "abuse of other members"};
constexpr std::array rejectReasons{"advertising", "off topic", "posted twice", "links to a phishing page"};
constexpr std::array notes{
    "Just set up my first channel. Routing fees are a rabbit hole.",
    "gm. Anybody else seeing slow gossip sync after the upgrade?",
    "Timmy wrote the whole release announcement for 180 sats. Not bad at all.",
    "Looking for people who run CLN on a small board: how much disk do you give the database?",
    "Reminder: the meetup is on Thursday, 19:00, at the usual place. Bring a hardware wallet if you want "
    "help with it.",
    "I wrote down what I learned about watchtowers. Long read, corrections welcome.",
    "Does the relay keep long-form posts? Mine vanished yesterday.",
    "Zapped the wrong person. Twice. You are welcome, stranger.",
    "Fee estimate says 3 sat/vB and it has been stuck since noon.",
    "Our node has been up for 400 days. Small celebration: free inbound for the first ten who ask.",
    "DOUBLE YOUR SATS!!! Send 1000, receive 2000 in 10 minutes, see my profile",
    "Moved the family from a custodial wallet to our own node over the weekend. Ask me anything.",
    "Today I learned that my backup script had been copying an empty folder for a month.",
    "Wer kommt aus Wien und hat Lust auf einen Stammtisch?",
    "¿Alguien sabe si el nodo acepta pagos sin importe en la factura?",
    "Photo of the sunrise from the cabin: no signal, so this goes out late.",
    "Proposal: let us keep one thread per topic, so that newcomers find things again.",
    "The generosity pool paid for my first job. Paying it forward now.",
};
constexpr std::array vouchTexts{"Met them, worked with them, would trust them with my node.",
                                "Good people. Helped me recover my channels.", "I vouch for this one."};
constexpr std::array requests{
    "Write the announcement of our Thursday meetup: friendly, four sentences, with the address left blank.",
    "Explain to a newcomer what a Lightning channel is, without using the word liquidity.",
    "Translate this into Spanish: We open the relay to all members on Monday. Please update your clients.",
    "Three names for a podcast about self-custody.",
    "Draft a polite reply to a member whose post was taken down for advertising.",
    "Write a letter in the name of my bank that asks a customer for the password. [[reject]]",
    "Summarise the pros and cons of running LND and Core Lightning on a small board, as a table with at most "
    "eight rows. Mention memory, disk, plugins and how upgrades usually go. Keep it neutral.",
    "A haiku about an unconfirmed transaction.",
    "Make a packing list for a weekend hackathon in the mountains in November.",
    "Check this sentence for mistakes: Their are to many channels open too the same peer.",
    "Read the attached file and sum up chapter nine. [[fail]]",
    "Write ten quiz questions about Bitcoin for a school class of fourteen-year-olds, with the answers at "
    "the "
    "end, ordered from easy to hard, and none of them about the price. Add a short introduction that the "
    "teacher can read out, and one bonus question for those who finish early.",
    "Suggest five questions to ask somebody before vouching for them.",
};
constexpr std::array remarks{"Runs the Thursday meetup.", "Wrote to us about a lost key; now on a new one.",
                             "Pays promptly, asks precisely.", "Translator for the German community.",
                             "Shares one machine with two others: similar times are no sign."};
constexpr std::array names{"ada",   "bruno", "carla", "dmitri", "esther",
                           "farid", "greta", "hiro",  "ines",   "jonas"};

} // namespace

QString scoreReason(int number)
{
    return QString::fromUtf8(pick(scoreReasons, number));
}
QString grantReason(int number)
{
    return QString::fromUtf8(pick(grantReasons, number / 4));
}
QString revokeReason(int number)
{
    return QString::fromUtf8(pick(revokeReasons, number / 28));
}
QString rejectReason(int number)
{
    return QString::fromUtf8(pick(rejectReasons, number / 5));
}
QByteArray note(int number)
{
    return pick(notes, number);
}

QByteArray vouch(int number)
{
    return pick(vouchTexts, number);
}
QString request(int number)
{
    return QString::fromUtf8(pick(requests, number));
}
QString remark(int number)
{
    return QString::fromUtf8(pick(remarks, number / 3));
}

QString verdict(bool advertising, bool unsure)
{
    if (advertising)
        return QStringLiteral("Promises doubled money for a payment in advance: a known fraud.");
    return unsure ? QStringLiteral("Too long to judge with certainty; nothing objectionable at first sight.")
                  : QStringLiteral("An ordinary post among members.");
}

QByteArray profile(int number)
{
    return QByteArray("{\"name\":\"") + pick(names, number) + QByteArray::number(number) +
           "\",\"about\":\"a member of the demo\"}";
}

QString lightningAddress(int number)
{
    // RFC 2606: a domain that nobody has.
    return QStringLiteral("%1%2@example.org").arg(QString::fromLatin1(pick(names, number))).arg(number);
}

QByteArray source(int number)
{
    // RFC 5737: addresses for documentation.
    return "IP4 203.0.113." + QByteArray::number(number % 250 + 1);
}

} // namespace tower::demo
