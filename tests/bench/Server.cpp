// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// bench_server bare|hardened: what an HTTP route costs before any work is done, on Qt's server as it comes
// and on ours. Prints the address like towerd does.
#include "core/http/HttpHost.h"

#include <QCoreApplication>
#include <QHttpServer>
#include <QTcpServer>

#include <cstdio>

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    const QByteArray body = R"({"id":"","action":"accept","msg":""})";
    const bool hardened = argc == 2 && QByteArray(argv[1]) == "hardened";
    QHttpServer bare;
    tower::HttpHost host([&](tower::HttpRequest, std::function<void(tower::HttpResponse)> reply) {
        reply(tower::HttpResponse::text(body, "application/json"));
    });
    quint16 port = 0;
    if (hardened) {
        tower::HttpHostOptions options;
        options.port = 0;
        host.listen(options);
        port = host.port();
    } else {
        bare.route("/api/relay/policy", [&] { return QHttpServerResponse("application/json", body); });
        port = bare.listen(QHostAddress::LocalHost, 0);
    }
    std::printf("listening on http://127.0.0.1:%d\n", port);
    std::fflush(stdout);
    return QCoreApplication::exec();
}
