// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Event.h"

#include <string_view>

#include <simdjson.h>

namespace tower {

std::optional<std::vector<PolicyLine>> parsePolicyBatch(QByteArrayView json)
{
    namespace ondemand = simdjson::ondemand;
    ondemand::parser parser;
    const simdjson::padded_string padded(json.data(), static_cast<std::size_t>(json.size()));
    ondemand::document document;
    ondemand::array events;
    if (parser.iterate(padded).get(document) || document["events"].get_array().get(events))
        return std::nullopt;

    std::vector<PolicyLine> lines;
    for (auto element : events) {
        ondemand::object object;
        std::string_view raw;
        if (element.get_object().get(object) || object.raw_json().get(raw))
            return std::nullopt;
        // Each is read again by the strict reader, as if it had come alone.
        const QByteArrayView text(raw.data(), static_cast<qsizetype>(raw.rfind('}') + 1));
        PolicyLine line = parsePolicyLine(text);
        if (!line.hasEvent) {
            line.isObject = true;
            line.hasEvent = true;
            line.event = parseEvent(text);
        }
        lines.push_back(std::move(line));
    }
    return lines;
}

} // namespace tower
