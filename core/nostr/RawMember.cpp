// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Event.h"

#include <simdjson.h>

namespace tower {

std::optional<QByteArray> rawMember(QByteArrayView json, std::string_view name)
{
    namespace ondemand = simdjson::ondemand;
    ondemand::parser parser;
    const simdjson::padded_string padded(json.data(), static_cast<std::size_t>(json.size()));
    ondemand::document document;
    ondemand::object object;
    if (parser.iterate(padded).get(document) || document.get_object().get(object))
        return std::nullopt;

    std::optional<QByteArray> found;
    for (auto field : object) {
        std::string_view key;
        if (field.unescaped_key().get(key))
            return std::nullopt;
        if (key != name)
            continue;
        ondemand::object member;
        std::string_view raw;
        if (found || field.value().get_object().get(member) || member.raw_json().get(raw))
            return std::nullopt;
        // The blanks and the comma behind it are not its own.
        found = QByteArray(raw.data(), static_cast<qsizetype>(raw.rfind('}') + 1));
    }
    return found;
}

} // namespace tower
