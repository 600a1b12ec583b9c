use super::*;

#[test]
fn the_port_of_an_address_for_browsers() {
    for (url, port) in [
        ("http://localhost:3000/", Some(3000)),
        ("https://grafana.example.org/monitoring/", Some(443)),
        ("http://[::1]:8080", Some(8080)),
        ("http://192.0.2.1", Some(80)),
        ("unix:/run/grafana.sock", None),
        ("", None),
    ] {
        assert_eq!(port_of(url), port, "{url}");
    }
}
