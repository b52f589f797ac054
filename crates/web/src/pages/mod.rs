//! The pages, one file each: who may call it, what it asks, how it is laid out.

pub mod activity;
pub mod admin;
pub mod card;
pub mod catalog;
pub mod docs;
pub mod entity;
pub mod errors;
pub mod explorer;
pub mod export;
pub mod home;
pub mod palette;
pub mod register;
pub mod search;
pub mod settings;
pub mod sign_in;
pub mod star;
