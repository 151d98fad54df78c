//! The server as such: its address, its side door, and the files it takes accounts from.

use std::net::{SocketAddr, TcpStream};

use local_aws::{Account, Server};

use crate::support::{client, send};

#[test]
fn loopback_only() {
    let address: SocketAddr = "0.0.0.0:0".parse().unwrap();
    assert!(Server::start_at(Account::story(), address).is_err());
}

#[test]
fn stops_and_starts_again_on_its_port() {
    let server = Server::start(Account::story()).unwrap();
    let address: SocketAddr = server
        .url()
        .strip_prefix("http://")
        .unwrap()
        .parse()
        .unwrap();
    let user = client(&server, "testuser");
    user.sts("GetCallerIdentity", &[]).ok();
    drop(server);
    assert!(TcpStream::connect(address).is_err());
    let again = Server::start_at(Account::story(), address).unwrap();
    user.sts("GetCallerIdentity", &[]).ok();
    assert_eq!(again.journal().len(), 1);
}

#[test]
fn the_side_door_is_not_for_web_pages() {
    let server = Server::start(Account::story()).unwrap();
    let host = server.url().strip_prefix("http://").unwrap().to_owned();
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let knock = |headers: &[(String, String)]| {
        let url = format!("{}/_local/end-sessions", server.url());
        send(&url, headers, "").status
    };
    assert_eq!(knock(&[header("host", &host)]), 200);
    assert_eq!(knock(&[header("host", "rebound.example:80")]), 403);
    assert_eq!(
        knock(&[
            header("host", &host),
            header("origin", "http://example.com")
        ]),
        403
    );
}

#[test]
fn account_files_with_a_slip() {
    let user = |line: &str| format!("account = \"123456789012\"\n[users.ann]\n{line}\n");
    assert!(Account::from_toml(&user("")).is_ok());
    for (text, reason) in [
        ("account = \"12\"\n".to_owned(), "not twelve digits"),
        (
            "account = \"123456789012\"\ndisabled_regions = [\"us-east-1\"]".to_owned(),
            "cannot be switched off",
        ),
        (user("policies = [\"lost\"]"), "ann has the policy lost"),
        (
            user("devices = [{ serial = \"GAHT12345678\", seed = \"1!\" }]"),
            "not base32",
        ),
        (user("pollicies = []"), "unknown field `pollicies`"),
    ] {
        let error = Account::from_toml(&text).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}
