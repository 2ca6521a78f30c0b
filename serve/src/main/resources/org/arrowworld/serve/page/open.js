// SPDX-License-Identifier: Apache-2.0
// The token has become a cookie: leave its address, and keep the view that the address names.
location.replace("/" + location.hash);
