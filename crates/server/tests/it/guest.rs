//! Somebody who is signed in to the pages as the guest.

use http::header;
use reqwest::Method;
use testkit::{Answer, App};

pub const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// A person who is signed in.
pub struct Guest<'a> {
    app: &'a App,
    cookie: String,
}

impl<'a> Guest<'a> {
    pub async fn of(app: &'a App) -> Self {
        let entered = app.call(Method::POST, "/sign-in", Some("next=/".to_owned()), &[FORM]).await;
        let cookie = entered.headers[header::SET_COOKIE].to_str().unwrap();
        Self { app, cookie: cookie.split(';').next().unwrap().to_owned() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.app.call(Method::GET, path, None, &[("cookie", &self.cookie)]).await
    }

    pub async fn post(&self, path: &str, form: &str) -> Answer {
        self.app.call(Method::POST, path, Some(form.to_owned()), &[("cookie", &self.cookie), FORM]).await
    }
}

/// A token of the guest, for the API.
pub async fn token(app: &App) -> String {
    let answer =
        app.call(Method::POST, "/api/auth/guest/refresh", None, &[("x-requested-with", "XMLHttpRequest")]).await;
    answer.json()["backstageIdentity"]["token"].as_str().unwrap().to_owned()
}
