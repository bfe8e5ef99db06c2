// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Json.h"

#include "core/base/Error.h"

#include <QJsonArray>
#include <QJsonObject>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace tower {

namespace {

ServiceError noCanonicalForm(const QString &why)
{
    return badRequest({}, QStringLiteral("The JSON holds %1.").arg(why), "invalid_json");
}

void writeString(QByteArray &out, const QString &text)
{
    if (!text.isValidUtf16())
        throw noCanonicalForm(QStringLiteral("text that is not valid Unicode"));
    out += '"';
    const QByteArray utf8 = text.toUtf8();
    for (const char c : utf8) {
        switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\b':
            out += "\\b";
            break;
        case '\f':
            out += "\\f";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        default:
            if (static_cast<unsigned char>(c) < 0x20) {
                static constexpr char digits[] = "0123456789abcdef";
                out += "\\u00";
                out += digits[c >> 4];
                out += digits[c & 0xf];
            } else {
                out += c;
            }
        }
    }
    out += '"';
}

void write(QByteArray &out, const QJsonValue &value)
{
    switch (value.type()) {
    case QJsonValue::Null:
    case QJsonValue::Undefined:
        out += "null";
        break;
    case QJsonValue::Bool:
        out += value.toBool() ? "true" : "false";
        break;
    case QJsonValue::Double:
        out += ecmaScriptNumber(value.toDouble());
        break;
    case QJsonValue::String:
        writeString(out, value.toString());
        break;
    case QJsonValue::Array: {
        out += '[';
        bool first = true;
        for (const QJsonValue item : value.toArray()) {
            if (!first)
                out += ',';
            first = false;
            write(out, item);
        }
        out += ']';
        break;
    }
    case QJsonValue::Object: {
        const QJsonObject object = value.toObject();
        QStringList keys = object.keys();
        // By code units, not by code points: the two differ beyond U+FFFF.
        std::sort(keys.begin(), keys.end(), [](const QString &a, const QString &b) {
            return std::lexicographical_compare(a.utf16(), a.utf16() + a.size(), b.utf16(),
                                                b.utf16() + b.size());
        });
        out += '{';
        bool first = true;
        for (const QString &key : keys) {
            if (!first)
                out += ',';
            first = false;
            writeString(out, key);
            out += ':';
            write(out, object.value(key));
        }
        out += '}';
        break;
    }
    }
}

} // namespace

QByteArray ecmaScriptNumber(double value)
{
    if (!std::isfinite(value))
        throw noCanonicalForm(QStringLiteral("a number that is not finite"));
    if (value == 0)
        return QByteArrayLiteral("0"); // -0 as well

    // The shortest digits that read back as the same double: d.ddd…e±xx.
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(value),
                                   std::chars_format::scientific)
                         .ptr;
    const QByteArray scientific(buffer.data(), end - buffer.data());
    const auto e = scientific.indexOf('e');
    QByteArray digits = scientific.left(e);
    digits.replace(".", "");
    const auto count = digits.size();                     // k of ECMAScript's Number::toString
    const auto point = scientific.mid(e + 1).toInt() + 1; // n: where the decimal point stands

    QByteArray out = value < 0 ? "-" : "";
    if (count <= point && point <= 21)
        return out + digits + QByteArray(point - count, '0');
    if (0 < point && point <= 21)
        return out + digits.left(point) + '.' + digits.mid(point);
    if (-6 < point && point <= 0)
        return out + "0." + QByteArray(-point, '0') + digits;
    out += digits.left(1);
    if (count > 1)
        out += '.' + digits.mid(1);
    out += point > 0 ? "e+" : "e-";
    return out + QByteArray::number(std::abs(point - 1));
}

QByteArray canonicalJson(const QJsonValue &value)
{
    QByteArray out;
    write(out, value);
    return out;
}

} // namespace tower
