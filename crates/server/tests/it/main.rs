//! The one integration-test binary: the real `callboard` over loopback, and the rules of the house.

mod house;
