use super::*;

#[test]
fn the_cookie_is_the_one_that_grafana_sets() {
    assert_eq!(COOKIE, ("grafana_plugin_type", "datasource"));
    assert_eq!(check(Some("datasource")), Ok(()));
}

#[test]
fn without_it_nothing_is_served() {
    for cookie in [None, Some(""), Some("panel"), Some("Datasource"), Some("datasource ")] {
        assert_eq!(check(cookie), Err(NotGrafana), "{cookie:?}");
    }
}

/// It is read by a person who tried the program.
#[test]
fn the_refusal_says_what_to_do_instead() {
    let sentence = NotGrafana.to_string();
    assert!(sentence.contains("`xdplive watch`") && sentence.contains("docs/install.md"), "{sentence}");
}
