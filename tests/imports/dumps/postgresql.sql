-- made-up people in a database that upstream's own migrations (a975ef6, revision 834b1a697901) and models made on PostgreSQL 15; written by pg_dump
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.followers (
    follower_id integer NOT NULL,
    followed_id integer NOT NULL
);
CREATE TABLE public.message (
    id integer NOT NULL,
    sender_id integer NOT NULL,
    recipient_id integer NOT NULL,
    body character varying(140) NOT NULL,
    "timestamp" timestamp without time zone NOT NULL
);
CREATE SEQUENCE public.message_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.message_id_seq OWNED BY public.message.id;
CREATE TABLE public.notification (
    id integer NOT NULL,
    name character varying(128) NOT NULL,
    user_id integer NOT NULL,
    "timestamp" double precision NOT NULL,
    payload_json text NOT NULL
);
CREATE SEQUENCE public.notification_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.notification_id_seq OWNED BY public.notification.id;
CREATE TABLE public.post (
    id integer NOT NULL,
    body character varying(140) NOT NULL,
    "timestamp" timestamp without time zone NOT NULL,
    user_id integer NOT NULL,
    language character varying(5)
);
CREATE SEQUENCE public.post_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.post_id_seq OWNED BY public.post.id;
CREATE TABLE public.task (
    id character varying(36) NOT NULL,
    name character varying(128) NOT NULL,
    description character varying(128),
    user_id integer NOT NULL,
    complete boolean NOT NULL
);
CREATE TABLE public."user" (
    id integer NOT NULL,
    username character varying(64) NOT NULL,
    email character varying(120) NOT NULL,
    password_hash character varying(256),
    about_me character varying(140),
    last_seen timestamp without time zone,
    last_message_read_time timestamp without time zone,
    token character varying(32),
    token_expiration timestamp without time zone
);
CREATE SEQUENCE public.user_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.user_id_seq OWNED BY public."user".id;
ALTER TABLE ONLY public.message ALTER COLUMN id SET DEFAULT nextval('public.message_id_seq'::regclass);
ALTER TABLE ONLY public.notification ALTER COLUMN id SET DEFAULT nextval('public.notification_id_seq'::regclass);
ALTER TABLE ONLY public.post ALTER COLUMN id SET DEFAULT nextval('public.post_id_seq'::regclass);
ALTER TABLE ONLY public."user" ALTER COLUMN id SET DEFAULT nextval('public.user_id_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('834b1a697901');
INSERT INTO public.followers VALUES (1, 2);
INSERT INTO public.followers VALUES (1, 6);
INSERT INTO public.followers VALUES (2, 1);
INSERT INTO public.followers VALUES (4, 9);
INSERT INTO public.followers VALUES (7, 1);
INSERT INTO public.followers VALUES (100, 1);
INSERT INTO public.followers VALUES (1, 1);
INSERT INTO public.message VALUES (1, 6, 1, 'message 0 for susan', '2024-03-01 12:00:00');
INSERT INTO public.message VALUES (2, 2, 1, 'message 1 for susan', '2024-03-01 12:01:00');
INSERT INTO public.message VALUES (3, 6, 1, 'message 2 for susan', '2024-03-01 12:02:00');
INSERT INTO public.message VALUES (4, 2, 1, 'message 3 for susan', '2024-03-01 12:03:00');
INSERT INTO public.message VALUES (5, 6, 1, 'message 4 for susan', '2024-03-01 12:04:00');
INSERT INTO public.message VALUES (6, 2, 1, 'message 5 for susan', '2024-03-01 12:05:00');
INSERT INTO public.message VALUES (7, 1, 2, 'answer
with two lines', '2024-03-01 12:10:00');
INSERT INTO public.message VALUES (8, 1, 1, 'note to myself', '2024-03-01 12:11:00');
INSERT INTO public.message VALUES (9, 100, 6, 'unread', '2024-03-01 12:12:00');
INSERT INTO public.notification VALUES (1, 'unread_message_count', 1, 1795573817.1136281, '2');
INSERT INTO public.post VALUES (1, 'first post', '2024-03-01 12:00:00', 1, 'en');
INSERT INTO public.post VALUES (2, 'reply with a link https://example.org/a?b=c&d=e', '2024-03-01 13:00:00', 2, 'en');
INSERT INTO public.post VALUES (3, 'two lines
of text', '2024-03-01 14:00:00', 3, '');
INSERT INTO public.post VALUES (4, '  spaces around  ', '2024-03-01 15:00:00', 4, NULL);
INSERT INTO public.post VALUES (5, 'Café con leche', '2024-03-01 16:00:00', 6, 'es');
INSERT INTO public.post VALUES (6, 'こんにちは世界', '2024-03-01 17:00:00', 7, 'ja');
INSERT INTO public.post VALUES (7, '🦊👨‍👩‍👧‍👦 family', '2024-03-01 18:00:00', 8, '');
INSERT INTO public.post VALUES (8, '<script>alert(1)</script>', '2024-03-01 19:00:00', 13, 'en');
INSERT INTO public.post VALUES (9, 'reversed ‮ text', '2024-03-01 20:00:00', 1, 'en');
INSERT INTO public.post VALUES (10, 'bell  rings', '2024-03-01 21:00:00', 1, 'en');
INSERT INTO public.post VALUES (11, 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', '2024-03-01 22:00:00', 2, 'so');
INSERT INTO public.post VALUES (12, '', '2024-03-01 23:00:00', 100, NULL);
INSERT INTO public.post VALUES (13, '@susan and #hashtag', '2024-03-02 00:00:00', 5, 'en');
INSERT INTO public.post VALUES (14, '100 % \ '' " ; -- /* */ {} :name %s %(a)s', '2024-03-02 01:00:00', 14, 'en');
INSERT INTO public.post VALUES (15, 'the oldest of all', '2023-01-26 12:00:00', 3, NULL);
INSERT INTO public.post VALUES (5000, 'the newest of all', '2024-03-31 12:00:00', 1, NULL);
INSERT INTO public.task VALUES ('0a1b2c3d-0000-0000-0000-000000000000', 'export_posts', 'Exporting posts...', 2, true);
INSERT INTO public."user" VALUES (3, 'Bob', 'bob@example.com', 'scrypt:32768:8:1$rW0lq2tMti9Stetr$d7f587635c0e7dd7e1cb72bccafd8075270f8eac2758950a761fcaf3649034e2ab96a27aea76083e038e1d42cb7360029c4f6b8cca66a33a6f37240754ff05f4', NULL, '2024-03-01 12:00:00', NULL, NULL, NULL);
INSERT INTO public."user" VALUES (4, 'bob', 'BOB@example.com', 'scrypt:32768:8:1$ck1kOe2vJZ15h6A7$b4e6593db218f356f897f01eef7705cfc295c19c7f3a4c05219f805d6ce7ad4ed9ef4eaa71578aa1bbaf85e6a4edfaea849ccfa3089684089c1743cc5bcb478d', NULL, '2024-03-01 12:00:00', NULL, NULL, NULL);
INSERT INTO public."user" VALUES (5, 'Mary Ann', 'mary.ann@example.com', 'scrypt:32768:8:1$kgqwSexwwdwiByvE$87140f9ac306dd9d0eb247a2e8f95cabf2bd153edac1e60b53782b50319bdc539af5b46f1449f369073b2bf4845311b9036701647487bc823669a6f0f370693a', NULL, '2024-03-01 12:00:00', NULL, NULL, NULL);
INSERT INTO public."user" VALUES (6, 'José Ñandú', 'jose@example.com', 'scrypt:32768:8:1$aioK0r1doyOSAmpX$74a6958937539def645d7614e92b2cd033d30577ba08394b6ee2df456c78cf3771e179def8372003ccb6939c087b3e0849ee97eccd3e0af768851c1e6eeda706', NULL, '2024-03-01 12:00:00', NULL, NULL, NULL);
INSERT INTO public."user" VALUES (7, '山田 太郎', 'yamada@example.com', 'scrypt:32768:8:1$8O6phtnNF8pju7tp$dadef09dfcf76db5404e0b327fc81ed1506b294ec508a62b5c4a849ff22c3ae5da3431addbe5f4987672e0b112ac9b43039a5e72ef34b9b18bdaf3137cb148f3', NULL, '2024-03-01 12:00:00', NULL, NULL, NULL);
INSERT INTO public."user" VALUES (8, '🦊 fox', 'fox@example.com', 'scrypt:32768:8:1$QottSC5moJPAlIp9$d809b685610b42349a3b576a8fd880f0ceaf667dbf25e5c244a88d28b917217916d135a8e55e701ee9fcff1e97ac1002db64f5055ed0344635012a2c2cf0e8af', NULL, '2024-03-01 12:00:00', NULL, NULL, NULL);
INSERT INTO public."user" VALUES (9, 'AC/DC', 'acdc@example.com', 'scrypt:32768:8:1$vO0fmxF9IfrR92EK$da9352074e1a11c46dfc071ee51dd949f1b9be9c58b86745cd127da5d9d2c9e02970d09843519a642ec4ab590616f09c658cf059734ab9a0c416b77a8934ba45', NULL, '2024-03-01 12:00:00', NULL, NULL, NULL);
INSERT INTO public."user" VALUES (10, '.', 'dot@example.com', 'scrypt:32768:8:1$Aib7GoobaloMMo6h$6815ef38fbf94e2ee4f85cc23e72eab5cc44fa3829c5f2811d765a7949f542257f170128caefd146a451852bbd073f2bcc7f1026ac17d954f325c99d4ecfa8b2', NULL, '2024-03-01 12:00:00', NULL, NULL, NULL);
INSERT INTO public."user" VALUES (11, '..', 'dots@example.com', 'scrypt:32768:8:1$mxAjvQAyGZi3g0Mv$5792be78e692ad8c2d2946b3f434b5a33b1d557841bd80453d1e324661ade7f7c921c9351b0280301a6470499696cdf7fad220bd6a39e55c9a983712102a7687', NULL, '2024-03-01 12:00:00', NULL, NULL, NULL);
INSERT INTO public."user" VALUES (12, ' edge ', 'edge@example.com', 'scrypt:32768:8:1$OKuqxjD6PtQkGveo$ba5892d7c8b667f3d565cafea1a388330835638493487ed1be3719ac18a3eb13855a9495ea91160a91a5445a1ff92ea98813d5901c5bab6b93a64bbe64669400', NULL, '2024-03-01 12:00:00', NULL, NULL, NULL);
INSERT INTO public."user" VALUES (13, '<i>&"''', 'html@example.com', 'scrypt:32768:8:1$LMoFY5ZVPmiSHgd3$6ce61f36f45679906f65db64d95591d5392a3c13f3207c41ddc225d4d97805863fc048bc1077dda0a8a6da83a67fc3468c03c9eba9442169233830b2ea3b0a64', NULL, '2024-03-01 12:00:00', NULL, NULL, NULL);
INSERT INTO public."user" VALUES (14, '50%?#;\x', 'percent@example.com', 'scrypt:32768:8:1$AOrTZRTXpOn1dCNr$cc0eec16e5da7c21e40fc67b1a6ef9855634cdf427a5eefbc2a655ed7d2bb8f343f30d64a4e82908f3e0dc1bebe0dd5966dd5f88c480fbf035f3febfdab05f85', NULL, '2024-03-01 12:00:00', NULL, NULL, NULL);
INSERT INTO public."user" VALUES (15, 'two
lines', 'two@example.com', 'scrypt:32768:8:1$ux1n9sUm88ZmZvIc$6af2127b3db4cfb3d54850f6875634a3cabe79c1d34fee19c746348416c9306e5eb25c63133db8a1306a297dc31b3d90bdd9fb1b3a820b5d72aceff59382ff8d', NULL, '2024-03-01 12:00:00', NULL, NULL, NULL);
INSERT INTO public."user" VALUES (16, 'abc‮txt.exe', 'rtl@example.com', 'scrypt:32768:8:1$tDsCNlNAJwohlhjU$a9bcec49e3f4edcc9b5e400412bb22d9c800bfe7ebe5a44139cc70477a1b9b00091d6bed37a5d2cd29a2d8a90bc5896b18d2d306d390e54c6ec6cc53f3b1959c', NULL, '2024-03-01 12:00:00', NULL, NULL, NULL);
INSERT INTO public."user" VALUES (17, 'LLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLL', 'long@example.com', 'scrypt:32768:8:1$n8BHbvjF9zKDszl6$3d16729d5e542ae9e37401b9dda18b3d18b56cc80a1d8769f2715f8478ca2dc4ffd5ccefe1d2493f912dbd4862396586e01276856973a850ee9a165b8ea6a3cf', NULL, '2024-03-01 12:00:00', NULL, NULL, NULL);
INSERT INTO public."user" VALUES (18, 'İİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİ', 'fold@example.com', 'scrypt:32768:8:1$HESNUpk97hqkRPlR$0fc6b9cf7e9539e06ab66c8c780e468009d2308163ae7246f377bda0f996361e27775c78337646c065b8a720c0360c91bc461318a12b7d2b830233b5665085d1', NULL, '2024-03-01 12:00:00', NULL, NULL, NULL);
INSERT INTO public."user" VALUES (19, 'nomail', 'nomail', 'scrypt:32768:8:1$UyaK0X5qAAMlNSmo$fdadad473beb7975c21da1a311bc5b8d69fe707b6e3c29f2d49d55ed5ed81a2699ca629c0cd1e4c23e5b17eb8613492ca23617331f471fb698677c349d6bd806', NULL, '2024-03-01 12:00:00', NULL, NULL, NULL);
INSERT INTO public."user" VALUES (20, 'oddmail', 'two words@example.com', 'scrypt:32768:8:1$wltesHpg7oXQYMId$01063d09abaf27fcde4c59116aac100880a07ea6b1ab7ed71187f4dd5d4ae07e17dd82f56b30b94f6e6d3a86a7a9ce47fab31e85c47c33fd79c0f6fe1c33df47', NULL, '2024-03-01 12:00:00', NULL, NULL, NULL);
INSERT INTO public."user" VALUES (21, 'homemail', 'root@pi.local', 'scrypt:32768:8:1$9YhPqHSvTCjPWsGB$4b567221f10e38a8ad481b329913f4db8e626bf5f7a1b1a4ef4f20d425b4e05aec45e37b514ca596666cf4e8984b66684f38438e1da738e6175adc6e3f857e28', NULL, '2024-03-01 12:00:00', NULL, NULL, NULL);
INSERT INTO public."user" VALUES (22, 'nohash', 'nohash@example.com', NULL, NULL, '2024-03-01 12:00:00', NULL, NULL, NULL);
INSERT INTO public."user" VALUES (23, 'badhash', 'badhash@example.com', 'sha1$abc$0123456789012345678901234567890123456789', NULL, '2024-03-01 12:00:00', NULL, NULL, NULL);
INSERT INTO public."user" VALUES (24, '', 'empty@example.com', 'scrypt:32768:8:1$QmtxrEshVBR8Zlap$4f929efb44ee4c50eeeeedc37a968dbba6bdc1905d0620820e0e7e26e6f1dd75932f0b51a17a584e805991e053693f6c007769ac6e1e60ac26f0baa4166f6f6d', NULL, '2024-03-01 12:00:00', NULL, NULL, NULL);
INSERT INTO public."user" VALUES (25, 'bob-2', 'taken@example.com', 'scrypt:32768:8:1$iECk4LO36cDBQz2J$a64f3183813a1faccfdf0c917303bf4869beac4cc7dcd98ca7b499e5f11fcbe089621c1a73a460803e55d90972741ded6b7d95640d0750f4575010690a5ccd1c', NULL, '2024-03-01 12:00:00', NULL, NULL, NULL);
INSERT INTO public."user" VALUES (100, 'gap', 'gap@example.com', 'scrypt:32768:8:1$nzrKHc3pgMOYJgUm$5fac8dd8cc5422bc6801711bbcab42cb1a667b1fd55e04fdb280c54ade7c72b7a7e031472e8ecbd9812fc79322e3595cc76f55936ed5295180f33bc268e250d7', NULL, '2024-03-02 12:00:00.25', NULL, NULL, NULL);
INSERT INTO public."user" VALUES (1, 'susan', 'susan@example.com', 'scrypt:32768:8:1$FChBYRcWxWNwZaeU$f25572fd42ce37412e5075a01b058cb238349f495118579411ec057199fd21349f56291ff051a1d8239bbecbe77cece362a811bc7cb910a0074ed6136e639b5a', 'I am <b>Susan</b>
and write & more', '2024-03-01 12:00:00', '2024-03-01 12:03:30', '0123456789abcdef0123456789abcdef', '2024-03-01 12:00:00');
INSERT INTO public."user" VALUES (2, 'David', 'David@Example.com', 'pbkdf2:sha256:260000$vCdJ2TFUVZIXWZaG$4588197037250092faec9b07fbe7f45b4d25515d2a43a28c0faaa5c52b450751', NULL, '2024-03-01 12:00:00', '2023-01-01 00:00:00', NULL, NULL);
INSERT INTO public."user" VALUES (26, 'quiet', 'quiet@example.com', 'scrypt:32768:8:1$hOFGfOt2xwSfXYOT$1ca957a8047ebab8e02435f0f1553e970d30c9950ce652cc68e3906f938109cb5718c7451ed859ef79f6a3cce375fc948a7a32081f84e8af0001bdbebcc34c3b', NULL, NULL, NULL, NULL, NULL);
SELECT pg_catalog.setval('public.message_id_seq', 9, true);
SELECT pg_catalog.setval('public.notification_id_seq', 1, true);
SELECT pg_catalog.setval('public.post_id_seq', 15, true);
SELECT pg_catalog.setval('public.user_id_seq', 26, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.followers
    ADD CONSTRAINT followers_pkey PRIMARY KEY (follower_id, followed_id);
ALTER TABLE ONLY public.message
    ADD CONSTRAINT message_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.notification
    ADD CONSTRAINT notification_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.post
    ADD CONSTRAINT post_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.task
    ADD CONSTRAINT task_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public."user"
    ADD CONSTRAINT user_pkey PRIMARY KEY (id);
CREATE INDEX ix_message_recipient_id ON public.message USING btree (recipient_id);
CREATE INDEX ix_message_sender_id ON public.message USING btree (sender_id);
CREATE INDEX ix_message_timestamp ON public.message USING btree ("timestamp");
CREATE INDEX ix_notification_name ON public.notification USING btree (name);
CREATE INDEX ix_notification_timestamp ON public.notification USING btree ("timestamp");
CREATE INDEX ix_notification_user_id ON public.notification USING btree (user_id);
CREATE INDEX ix_post_timestamp ON public.post USING btree ("timestamp");
CREATE INDEX ix_post_user_id ON public.post USING btree (user_id);
CREATE INDEX ix_task_name ON public.task USING btree (name);
CREATE UNIQUE INDEX ix_user_email ON public."user" USING btree (email);
CREATE UNIQUE INDEX ix_user_token ON public."user" USING btree (token);
CREATE UNIQUE INDEX ix_user_username ON public."user" USING btree (username);
ALTER TABLE ONLY public.followers
    ADD CONSTRAINT followers_followed_id_fkey FOREIGN KEY (followed_id) REFERENCES public."user"(id);
ALTER TABLE ONLY public.followers
    ADD CONSTRAINT followers_follower_id_fkey FOREIGN KEY (follower_id) REFERENCES public."user"(id);
ALTER TABLE ONLY public.message
    ADD CONSTRAINT message_recipient_id_fkey FOREIGN KEY (recipient_id) REFERENCES public."user"(id);
ALTER TABLE ONLY public.message
    ADD CONSTRAINT message_sender_id_fkey FOREIGN KEY (sender_id) REFERENCES public."user"(id);
ALTER TABLE ONLY public.notification
    ADD CONSTRAINT notification_user_id_fkey FOREIGN KEY (user_id) REFERENCES public."user"(id);
ALTER TABLE ONLY public.post
    ADD CONSTRAINT post_user_id_fkey FOREIGN KEY (user_id) REFERENCES public."user"(id);
ALTER TABLE ONLY public.task
    ADD CONSTRAINT task_user_id_fkey FOREIGN KEY (user_id) REFERENCES public."user"(id);
