CREATE ROLE smsgateway_app NOLOGIN;
CREATE ROLE smsgateway_owner LOGIN CREATEROLE CREATEDB;
GRANT smsgateway_app TO smsgateway_owner WITH ADMIN OPTION;
CREATE ROLE smsgateway LOGIN IN ROLE smsgateway_app;
CREATE DATABASE smsgateway OWNER smsgateway_owner;
