// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/Core.h"

#include <QWidget>

class QHBoxLayout;
class QLabel;
class QSettings;
class QVBoxLayout;

namespace tower {

class Busy;
class InlineMessage;
class UndoBar;

/// What every page is given.
struct PageContext
{
    Core &core;
    QSettings &settings;
    UndoBar &undo;
    QString actor = QStringLiteral("admin:console"); ///< who acts here, for the activity log
    /// Leads to another page, as the jump box does; `key` goes to its open(). May be empty (in tests).
    std::function<void(const QString &pageId, const QString &key)> goTo{};
};

/// A page: title, a line that shows work under way, a place for messages, content.
class PageWidget : public QWidget
{
    Q_OBJECT

public:
    PageWidget(const QString &title, const PageContext &context, QWidget *parent);

    /// Shows what was jumped to: a hex key, an event id, or a filter of this page by its word ("flagged").
    /// Does nothing where that means nothing.
    virtual void open(const QString &key);

protected:
    [[nodiscard]] Core &core() const { return m_context.core; }
    [[nodiscard]] const PageContext &context() const { return m_context; }
    [[nodiscard]] QVBoxLayout *content() const { return m_content; }
    /// At the right of the title.
    void addHeaderWidget(QWidget *widget);
    [[nodiscard]] InlineMessage *message() const { return m_message; }
    /// Counts work under way.
    void startWork();
    void endWork();
    void sayError(const ServiceError &error);
    void goTo(const QString &pageId, const QString &key = {}) const;

    /// Core::run with the line moving meanwhile and errors shown on this page.
    template <class Work, class Done>
    void act(Work work, Done done)
    {
        startWork();
        core().run(
            this, std::move(work),
            [this, done = std::move(done)](auto &&...result) mutable {
                endWork();
                done(std::forward<decltype(result)>(result)...);
            },
            [this](const ServiceError &error) {
                endWork();
                sayError(error);
            });
    }

private:
    PageContext m_context;
    QHBoxLayout *m_head;
    Busy *m_busy;
    InlineMessage *m_message;
    QVBoxLayout *m_content;
    int m_working = 0;
};

/// One entry of the navigation. The page itself is made when it is first shown.
struct PageSpec
{
    QString id;
    QString group;
    QString name;
    QString icon;
    std::function<PageWidget *(const PageContext &)> make;
    bool opensKeys = false;     ///< open() understands a hex public key
    bool opensEvents = false;   ///< open() understands an event id
    bool opensIds = false;      ///< open() understands the id of a job or session
    bool opensPayments = false; ///< open() understands a payment hash
    /// How much waits there, and the kind of change that moves it.
    std::function<std::int64_t(Services &)> count{};
    QString countKind{};
};

} // namespace tower
