// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lightning/LnurlPay.h"
#include "core/nostr/Keys.h"
#include "tests/lightning/Awaited.h"

#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslServer>
#include <QSslSocket>
#include <QTest>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

using namespace tower;
using namespace tower::test;

namespace {

const QString service = QStringLiteral("service.example");
const QHostAddress privateAddress(QStringLiteral("10.0.0.1"));

QByteArray written(const std::function<int(BIO *)> &write)
{
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
    write(bio.get());
    char *data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return QByteArray(data, size);
}

/// A key, and a certificate for the service's name that it signs itself.
struct Identity
{
    QSslKey key;
    QSslCertificate certificate;
};

Identity identity()
{
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3'600);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3'600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME *name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char *>("test"), -1,
                               -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    for (const auto &[id, value] : {std::pair{NID_basic_constraints, "critical,CA:TRUE"},
                                    std::pair{NID_subject_alt_name, "DNS:service.example"}}) {
        X509_EXTENSION *extension = X509V3_EXT_conf_nid(nullptr, nullptr, id, value);
        X509_add_ext(certificate.get(), extension, -1);
        X509_EXTENSION_free(extension);
    }
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    const QByteArray keyPem = written([&](BIO *bio) {
        return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    const QByteArray pem = written([&](BIO *bio) { return PEM_write_bio_X509(bio, certificate.get()); });
    return {QSslKey(keyPem, QSsl::Ec), QSslCertificate(pem)};
}

/// A service on https.
struct TlsService
{
    explicit TlsService(const Identity &identity)
    {
        QSslConfiguration configuration;
        configuration.setLocalCertificate(identity.certificate);
        configuration.setPrivateKey(identity.key);
        server.setSslConfiguration(configuration);
        QObject::connect(&server, &QTcpServer::pendingConnectionAvailable, &server, [this] {
            QTcpSocket *socket = server.nextPendingConnection();
            const auto read = [this, socket] {
                asked += socket->readAll();
                if (!asked.endsWith("\r\n\r\n"))
                    return;
                socket->write(redirect.isEmpty()
                                  ? "HTTP/1.1 200 OK\r\nContent-Length: " + QByteArray::number(offer.size()) +
                                        "\r\n\r\n" + offer
                                  : "HTTP/1.1 302 X\r\nContent-Length: 0\r\nLocation: " + redirect +
                                        "\r\n\r\n");
                socket->disconnectFromHost();
            };
            QObject::connect(socket, &QTcpSocket::readyRead, &server, read);
            QObject::connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
            if (socket->bytesAvailable() > 0)
                read();
        });
        if (!server.listen(QHostAddress::LocalHost))
            qFatal("the stand-in can't listen");
    }
    [[nodiscard]] QUrl url(const QString &host = service, const char *scheme = "https") const
    {
        return QUrl(
            QStringLiteral("%1://%2:%3/me").arg(QLatin1String(scheme), host).arg(server.serverPort()));
    }

    const QByteArray offer = R"({"tag":"payRequest","callback":"https://service.example/cb",)"
                             R"("minSendable":1,"maxSendable":2,"metadata":"[]"})";
    QSslServer server;
    QByteArray asked;
    QByteArray redirect;
};

/// With all rules in force; every name leads to loopback, which counts as public here.
struct House
{
    House()
    {
        QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
        configuration.setCaCertificates({own.certificate});
        QSslConfiguration::setDefaultConfiguration(configuration);
    }
    ~House() { QSslConfiguration::setDefaultConfiguration(before); }

    QByteArray ask(const QUrl &url) { return ended(lnurl.offer(url)).error; }

    const QSslConfiguration before = QSslConfiguration::defaultConfiguration();
    const Identity own = identity();
    TlsService peer{own};
    Settings settings;
    QStringList resolved;
    QList<QHostAddress> next; ///< what names lead to from the second look-up on; empty: the same
    LnurlPay lnurl{settings,
                   {[this](const QString &host) {
                        resolved << host;
                        Later<PublicHttp::Addresses> later;
                        const bool isOther = resolved.size() > 1 && !next.isEmpty();
                        later.give(isOther ? next
                                           : PublicHttp::Addresses{QHostAddress(QHostAddress::LocalHost)});
                        return later;
                    },
                    [](const QHostAddress &address) { return address != privateAddress; }}};
};

} // namespace

/// The request goes to the address that was checked, and the certificate must be the name's.
class TestLnurlTls : public QObject
{
    Q_OBJECT

private slots:
    void theNameIsVerified()
    {
        House house;
        QCOMPARE(house.ask(house.peer.url()), QByteArray());
        QCOMPARE(house.resolved, QStringList{service});
        QVERIFY(house.peer.asked.startsWith("GET /me HTTP/1.1\r\n"));
        QVERIFY(house.peer.asked.contains(
            "Host: service.example:" + QByteArray::number(house.peer.server.serverPort()) + "\r\n"));
        house.peer.asked.clear();
        QCOMPARE(house.ask(house.peer.url(QStringLiteral("other.example"))), QByteArray("lnurl_failed"));
        QVERIFY(house.peer.asked.isEmpty());
    }

    void theCertificateIsVerified()
    {
        House house;
        QSslConfiguration::setDefaultConfiguration(house.before);
        QCOMPARE(house.ask(house.peer.url()), QByteArray("lnurl_failed"));
        QVERIFY(house.peer.asked.isEmpty());
    }

    void aNameThatMeansAnotherTheNextTime()
    {
        House house;
        house.next = {privateAddress};
        house.peer.redirect = house.peer.url().toEncoded();
        QCOMPARE(house.ask(house.peer.url()), QByteArray("lnurl_failed"));
        QCOMPARE(house.resolved, QStringList({service, service}));
        QCOMPARE(house.peer.asked.count("GET "), 1);
    }

    void redirectsToWhereNobodyMayGo_data()
    {
        QTest::addColumn<QByteArray>("to");
        QTest::newRow("private") << QByteArray("https://10.0.0.1/");
        QTest::newRow("http") << QByteArray("http://service.example/");
        QTest::newRow("file") << QByteArray("file:///etc/passwd");
        QTest::newRow("nothing") << QByteArray("https://");
    }
    void redirectsToWhereNobodyMayGo()
    {
        QFETCH(QByteArray, to);
        House house;
        house.next = {privateAddress};
        house.peer.redirect = to;
        QCOMPARE(house.ask(house.peer.url()), QByteArray("lnurl_failed"));
        QCOMPARE(house.peer.asked.count("GET "), 1);
    }
};

QTEST_GUILESS_MAIN(TestLnurlTls)
#include "tst_LnurlTls.moc"
