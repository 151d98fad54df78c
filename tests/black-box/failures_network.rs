//! The way to AWS is broken: no network, no name, no trust, a proxy that refuses. One clear error,
//! the command not run, and the code, which was never sent, still good.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use crate::harness::{World, finish, has};
use crate::skipping::{namespaces_wanted, needs};

/// A run that fails on its way to AWS; the error.
#[track_caller]
fn fails_on_the_way(command: &mut Command, words: &[&str]) {
    has(&finish(command).fails(125), words);
}

#[test]
fn no_network() {
    if !namespaces_wanted("no_network") {
        return;
    }
    let world = World::new();
    let code = world.code();
    let run = format!("mfaexec -p testuser -c {code} -- echo ran");
    // In a namespace of its own there is not even a loopback.
    let mut command = world.apart(&["--net"], &run);
    fails_on_the_way(
        &mut command,
        &["cannot reach STS", "Network is unreachable"],
    );
    let mut command = world.apart(&["--net"], &run);
    command
        .env("AWS_ENDPOINT_URL", "https://sts.invalid")
        .env_remove("HTTPS_PROXY");
    fails_on_the_way(
        &mut command,
        &[
            "https://sts.invalid",
            "name resolution",
            "check the network",
        ],
    );
    assert!(world.aws.journal().is_empty());
    // Back on the network the same code does.
    world
        .run(&["-p", "testuser", "-c", &code, "--", "true"])
        .succeeds();
}

#[test]
fn a_name_that_does_not_exist() {
    needs!("python3");
    if !namespaces_wanted("a_name_that_does_not_exist") {
        return;
    }
    let world = World::new();
    let resolver = world.write("resolv.conf", "nameserver 127.0.0.1\n");
    let script = format!(
        "mount --bind {} /etc/resolv.conf
         exec $TROUBLE with_no_names mfaexec -p testuser -c 123456 -- echo ran",
        resolver.display()
    );
    let mut command = world.apart(&["--net"], &script);
    command
        .env("AWS_ENDPOINT_URL", "https://sts.invalid")
        .env_remove("HTTPS_PROXY");
    fails_on_the_way(
        &mut command,
        &["https://sts.invalid", "not known", "the endpoint"],
    );
}

#[test]
fn a_proxy_that_refuses() {
    for (status, words) in [
        ("403 Forbidden", "tunnel error"),
        (
            "407 Proxy Authentication Required",
            "authorization required",
        ),
        ("502 Bad Gateway", "tunnel error"),
    ] {
        let world = World::new();
        let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", proxy.local_addr().unwrap());
        let refusing = std::thread::spawn(move || {
            let (client, _) = proxy.accept().unwrap();
            let mut request = String::new();
            let mut lines = BufReader::new(&client);
            while !request.ends_with("\r\n\r\n") {
                assert!(lines.read_line(&mut request).unwrap() > 0, "{request:?}");
            }
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
            (&client).write_all(answer.as_bytes()).unwrap();
            proxy.set_nonblocking(true).unwrap();
            (request, proxy)
        });
        let mut command = world.mfaexec(&["-p", "testuser", "-c", "123456", "--", "echo", "ran"]);
        command
            .env_remove("AWS_ENDPOINT_URL")
            .env("HTTPS_PROXY", address);
        let error = finish(&mut command).fails(125);
        let (request, proxy) = refusing.join().unwrap();
        assert!(
            request.starts_with("CONNECT sts.eu-central-1.amazonaws.com:443 "),
            "{request}"
        );
        assert!(proxy.accept().is_err(), "it is asked once");
        has(&error, &["the proxy does not let", words, "HTTPS_PROXY"]);
        assert!(!request.contains("123456"));
    }
}

/// A run whose proxy is at this URL; the error.
fn through_proxy(world: &World, proxy: &str) -> String {
    let mut command = world.mfaexec(&["-p", "testuser", "-c", "123456", "--", "echo", "ran"]);
    command
        .env_remove("AWS_ENDPOINT_URL")
        .env("HTTPS_PROXY", proxy);
    finish(&mut command).fails(125)
}

#[test]
fn a_proxy_in_plain_http_that_is_spoken_to_in_tls() {
    let world = World::new();
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = proxy.local_addr().unwrap();
    std::thread::spawn(move || {
        for client in proxy.incoming().map_while(Result::ok) {
            let answer = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
            let _gone = (&client).write_all(answer);
        }
    });
    let error = through_proxy(&world, &format!("https://me:p-canary@{address}"));
    has(
        &error,
        &[
            "cannot reach STS (sts.eu-central-1.amazonaws.com): the proxy does not speak TLS",
            &format!("the proxy is https://{address} (HTTPS_PROXY)"),
            &format!("HTTPS_PROXY=http://{address}"),
        ],
    );
    assert!(!error.contains("canary"), "{error}");
    // The same mistake in an endpoint.
    let url = world.aws.url().replace("http://", "https://");
    let mut command = world.mfaexec(&["-p", "testuser", "-c", "123456", "--", "echo", "ran"]);
    command.env_remove("AWS_ENDPOINT_URL");
    let error = finish(command.env("AWS_ENDPOINT_URL_STS", &url)).fails(125);
    has(
        &error,
        &[
            &format!("cannot reach STS ({url}): it does not speak TLS"),
            "the endpoint is from AWS_ENDPOINT_URL_STS",
            "correct AWS_ENDPOINT_URL_STS",
        ],
    );
}

#[test]
fn a_proxy_of_another_kind_is_called_by_it() {
    let error = through_proxy(&World::new(), "socks5://127.0.0.1:1080");
    has(
        &error,
        &[
            "mfaexec does not speak SOCKS",
            "name a proxy that speaks http in HTTPS_PROXY",
        ],
    );
}

#[test]
fn a_proxy_that_is_not_reached_is_named_with_its_variable() {
    let world = World::new();
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        let mut command = world.mfaexec(&["-p", "testuser", "-c", "123456", "--", "true"]);
        command
            .env_remove("AWS_ENDPOINT_URL")
            .env_remove("HTTPS_PROXY")
            .env(variable, "http://me:p-canary@127.0.0.1:1");
        let error = finish(&mut command).fails(125);
        let named = format!("the proxy is http://127.0.0.1:1 ({variable})");
        has(
            &error,
            &["(sts.eu-central-1.amazonaws.com) through the proxy", &named],
        );
        assert!(!error.contains("canary"), "{error}");
    }
}

/// Whatever an endpoint answers, the error says who it is and who has named it.
#[test]
fn an_endpoint_is_named_with_the_place_that_names_it() {
    let world = World::new();
    let url = world.aws.url().to_owned();
    let of_profile = format!(
        "[profile testuser]\nregion = eu-central-1\nendpoint_url = {url}\n\
         mfa_serial = arn:aws:iam::123456789012:mfa/otheruser\n"
    );
    let run = |variable: Option<&str>| {
        let code = world.code_of("otheruser");
        let mut command = world.mfaexec(&["-p", "testuser", "-c", &code, "--", "true"]);
        command.env_remove("AWS_ENDPOINT_URL");
        if let Some(variable) = variable {
            command.env(variable, &url);
        }
        finish(&mut command).fails(125)
    };
    world.write_config(&of_profile);
    let error = run(None);
    has(
        &error,
        &[&format!("the endpoint is {url} ("), ".aws/config, line 3)"],
    );
    for variable in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS"] {
        let named = format!("the endpoint is {url} ({variable})");
        has(&run(Some(variable)), &["cannot check codes", &named]);
    }
}

/// TLS in front of the stand-in, with a certificate that only `ca.pem` in the home vouches for.
struct Tls {
    server: Child,
    url: String,
}

impl Tls {
    fn new(world: &World) -> Self {
        let make = |options: &str| {
            let line = format!(
                "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc \
                 -days 2 {options}"
            );
            finish(world.program("sh").args(["-c", &line])).succeeds();
        };
        make("-keyout ca.key -out ca.pem -subj /CN=test-authority");
        make(
            "-keyout tls.key -out tls.pem -subj /CN=test-server -CA ca.pem -CAkey ca.key \
             -addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE",
        );
        let url = world.aws.url();
        let (_, port) = url.rsplit_once(':').unwrap();
        let mut server = world.trouble(&["serve_tls", "tls.pem", "tls.key", port]);
        let mut server = server
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut port = String::new();
        BufReader::new(server.stdout.take().unwrap())
            .read_line(&mut port)
            .unwrap();
        let url = format!("https://127.0.0.1:{}", port.trim());
        Self { server, url }
    }
}

impl Drop for Tls {
    fn drop(&mut self) {
        let _gone_already = self.server.kill();
        let _gone_already = self.server.wait();
    }
}

#[test]
fn a_certificate_that_nobody_vouches_for() {
    needs!("openssl", "python3");
    let world = World::new();
    let tls = Tls::new(&world);
    let code = world.code();
    let run = || {
        let mut command = world.mfaexec(&["-p", "testuser", "-c", &code, "--", "echo", "ran"]);
        command.env("AWS_ENDPOINT_URL", &tls.url);
        command
    };
    fails_on_the_way(&mut run(), &[&tls.url, "certificate", "AWS_CA_BUNDLE"]);
    assert!(world.aws.journal().is_empty());
    // The code has not gone anywhere.
    let trusted = finish(run().env("AWS_CA_BUNDLE", "ca.pem"));
    assert_eq!(trusted.succeeds(), "ran\n");
    assert_eq!(world.code_calls().len(), 1);
}

/// Without a region and an ARN no one knows the partition, and each knows its own keys only.
#[test]
fn a_key_without_a_region_may_be_one_of_govcloud_or_china() {
    let world = World::new();
    let run = |lines: &str| {
        world.run(&["clear"]).succeeds();
        world.write_config(&format!("[profile leaver]\n{lines}"));
        let code = world.code();
        let args = ["-p", "leaver", "-c", &code, "--", "true"];
        world.run(&args).fails(125)
    };
    let gov = ["--region us-gov-west-1", "--region cn-north-1"];
    let error = run("mfa_serial = GAHT12345678\n");
    has(&error, &["does not know the access key", "is active"]);
    has(&error, &gov);
    for lines in [
        "mfa_serial = GAHT12345678\nregion = eu-central-1\n",
        "mfa_serial = arn:aws:iam::123456789012:mfa/leaver\n",
    ] {
        let error = run(lines);
        has(&error, &["does not know the access key", "is active"]);
        assert!(!error.contains(gov[0]), "{error}");
    }
}
