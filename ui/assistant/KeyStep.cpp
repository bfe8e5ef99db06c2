// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/assistant/KeyStep.h"

#include "core/nostr/Keys.h"
#include "core/nostr/Nip19.h"
#include "ui/widgets/Labels.h"
#include "ui/widgets/Notices.h"
#include "ui/widgets/Words.h"

#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include <memory>

namespace tower {

namespace {

std::optional<PubKey> ownerOf(const QLineEdit &field)
{
    const auto key = SecretKey::fromText(field.text().trimmed().toUtf8());
    return key ? std::optional(key->pubKey()) : std::nullopt;
}

QString shortNpub(const PubKey &key)
{
    return words::shortened(QString::fromLatin1(toNpub(key)), 12, 8);
}

bool isFixed(const SettingLine &line)
{
    return line.source == Secrets::sourceName(SecretSource::Environment) ||
           line.source == Secrets::sourceName(SecretSource::File);
}

QLineEdit *keyField(const QString &name, QWidget *parent)
{
    auto *field = new QLineEdit(parent);
    field->setEchoMode(QLineEdit::Password);
    field->setAccessibleName(name);
    field->setPlaceholderText(name);
    return field;
}

} // namespace

KeyStep::KeyStep(const PageContext &context, QWidget *parent)
    : SetupStep(tr("Timmy's key"),
                tr("Whoever has this key is Timmy. All that he signs, and who trusts him, hangs on it."),
                parent)
    , m_context(context)
    , m_npub(new NpubLabel(this))
{
    add(m_npub);
    m_origin = addText();
    m_form = new QWidget(this);
    auto *form = new QVBoxLayout(m_form);
    form->setContentsMargins(0, 0, 0, 0);
    auto *title = new QLabel(tr("Import a key that you have"), m_form);
    title->setFont(fonts::cardTitle());
    form->addWidget(title);
    m_key = keyField(tr("nsec1… or 64 hex digits"), m_form);
    m_again = keyField(tr("The same once more, read from its backup"), m_form);
    m_says = captionLabel({}, m_form);
    m_says->setWordWrap(true);
    m_import = new QPushButton(tr("Import"), m_form);
    for (QWidget *each : QList<QWidget *>{m_key, m_again, m_says})
        form->addWidget(each);
    form->addWidget(m_import, 0, Qt::AlignLeft);
    add(m_form);
    m_message = new InlineMessage(this);
    add(m_message);
    connect(m_key, &QLineEdit::textChanged, this, &KeyStep::describe);
    connect(m_again, &QLineEdit::textChanged, this, &KeyStep::describe);
    connect(m_import, &QPushButton::clicked, this, &KeyStep::import);
    describe();
}

void KeyStep::showFacts(const SetupFacts &facts)
{
    m_npub->setKey(facts.timmy);
    const SettingLine *line = facts.line(QStringLiteral("TIMMY_NOSTR_NSEC"));
    const bool isSet = line && line->isSet;
    const bool fixed = isSet && isFixed(*line);
    m_form->setVisible(!fixed);
    if (fixed)
        m_origin->setText(
            tr("It is given by the %1 (TIMMY_NOSTR_NSEC), which wins: another key is set there.")
                .arg(line->source));
    else if (isSet)
        m_origin->setText(tr("It was made for this tower and is kept on this machine (%1). Keep a backup: "
                             "nobody can make it again.")
                              .arg(line->source));
    else
        m_origin->setText(tr("It is thrown away at exit (TIMMY_NOSTR_EPHEMERAL)."));
}

void KeyStep::type(const QString &key, const QString &fromBackup)
{
    m_key->setText(key);
    m_again->setText(fromBackup);
}

bool KeyStep::canImport() const
{
    return m_import->isEnabled();
}

void KeyStep::describe()
{
    const std::optional<PubKey> owner = ownerOf(*m_key);
    const std::optional<PubKey> again = ownerOf(*m_again);
    m_import->setEnabled(owner && owner == again);
    if (m_key->text().isEmpty())
        m_says->setText(
            tr("It takes the place of the key above, which is gone then, from the next start on."));
    else if (!owner)
        m_says->setText(tr("This is no private key."));
    else if (m_again->text().isEmpty())
        m_says->setText(tr("This is the key of %1. Now read it from its backup, to see that there is one.")
                            .arg(shortNpub(*owner)));
    else if (owner != again)
        m_says->setText(tr("The two are not the same key."));
    else
        m_says->setText(tr("Both are the key of %1.").arg(shortNpub(*owner)));
}

void KeyStep::import()
{
    if (!canImport())
        return;
    m_import->setEnabled(false);
    const auto key = std::make_shared<SecretBytes>(m_key->text().trimmed().toUtf8());
    m_context.core.run(
        this, [key, actor = m_context.actor](Services &s) { return s.control.importTimmyKey(*key, actor); },
        [this](const PubKey &owner) { imported(owner); },
        [this](const ServiceError &error) {
            describe();
            m_message->say(Tone::Bad, error.message());
        });
}

void KeyStep::imported(const PubKey &owner)
{
    type({}, {});
    m_message->say(Tone::Good, tr("Timmy is %1 from the next start on. Until then he goes on as %2: quit and "
                                  "start again before you let others in.")
                                   .arg(shortNpub(owner), words::shortened(m_npub->npub(), 12, 8)));
    emit hasSet();
}

} // namespace tower
