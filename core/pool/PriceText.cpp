// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pool/PriceText.h"

#include <QJsonDocument>

#include <simdjson.h>

#include <algorithm>

namespace tower {

namespace {

constexpr std::size_t decimals = 6;
constexpr std::size_t longestWhole = 10;
constexpr std::size_t longestFraction = 30;
constexpr std::int64_t million = 1'000'000;
constexpr MicroUsd mostUsd(1'000 * million * million);

bool isDigits(std::string_view text)
{
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::int64_t numberFrom(std::string_view digits)
{
    std::int64_t out = 0;
    for (const char c : digits)
        out = out * 10 + (c - '0');
    return out;
}

} // namespace

std::optional<MicroUsd> parseUsd(std::string_view text)
{
    const std::size_t point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    const std::string_view fraction = point == std::string_view::npos ? "0" : text.substr(point + 1);
    if (!isDigits(whole) || !isDigits(fraction) || whole.size() > longestWhole ||
        fraction.size() > longestFraction)
        return std::nullopt;
    std::string millionths(fraction.substr(0, decimals));
    millionths.resize(decimals, '0');
    const MicroUsd usd(numberFrom(whole) * million + numberFrom(millionths));
    return usd > MicroUsd(0) && usd <= mostUsd ? std::optional(usd) : std::nullopt;
}

std::optional<MicroUsd> usdIn(QByteArrayView json, std::string_view pointer)
{
    // The reader below keeps a number's own text, but looks no further than to where it stands.
    if (QJsonDocument::fromJson(json.toByteArray()).isNull())
        return std::nullopt;
    namespace ondemand = simdjson::ondemand;
    ondemand::parser parser;
    const simdjson::padded_string padded(json.data(), static_cast<std::size_t>(json.size()));
    ondemand::document document;
    ondemand::value value;
    ondemand::json_type type{};
    if (parser.iterate(padded).get(document) || document.at_pointer(pointer).get(value) ||
        value.type().get(type))
        return std::nullopt;
    std::string_view text;
    if (type == ondemand::json_type::number) {
        text = value.raw_json_token();
        text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
    } else if (value.get_string().get(text)) {
        return std::nullopt;
    }
    return parseUsd(text);
}

} // namespace tower
