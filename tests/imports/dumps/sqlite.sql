-- made-up people in a database that upstream's own migrations (a975ef6, revision 834b1a697901) and models made on SQLite; written by sqlite3's .dump
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('834b1a697901');
CREATE TABLE followers (
	follower_id INTEGER NOT NULL, 
	followed_id INTEGER NOT NULL, 
	PRIMARY KEY (follower_id, followed_id), 
	FOREIGN KEY(followed_id) REFERENCES user (id), 
	FOREIGN KEY(follower_id) REFERENCES user (id)
);
INSERT INTO "followers" VALUES(1,2);
INSERT INTO "followers" VALUES(1,6);
INSERT INTO "followers" VALUES(2,1);
INSERT INTO "followers" VALUES(4,9);
INSERT INTO "followers" VALUES(7,1);
INSERT INTO "followers" VALUES(100,1);
INSERT INTO "followers" VALUES(1,1);
CREATE TABLE message (
	id INTEGER NOT NULL, 
	sender_id INTEGER NOT NULL, 
	recipient_id INTEGER NOT NULL, 
	body VARCHAR(140) NOT NULL, 
	timestamp DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(recipient_id) REFERENCES user (id), 
	FOREIGN KEY(sender_id) REFERENCES user (id)
);
INSERT INTO "message" VALUES(1,6,1,'message 0 for susan','2024-03-01 12:00:00.000000');
INSERT INTO "message" VALUES(2,2,1,'message 1 for susan','2024-03-01 12:01:00.000000');
INSERT INTO "message" VALUES(3,6,1,'message 2 for susan','2024-03-01 12:02:00.000000');
INSERT INTO "message" VALUES(4,2,1,'message 3 for susan','2024-03-01 12:03:00.000000');
INSERT INTO "message" VALUES(5,6,1,'message 4 for susan','2024-03-01 12:04:00.000000');
INSERT INTO "message" VALUES(6,2,1,'message 5 for susan','2024-03-01 12:05:00.000000');
INSERT INTO "message" VALUES(7,1,2,'answer
with two lines','2024-03-01 12:10:00.000000');
INSERT INTO "message" VALUES(8,1,1,'note to myself','2024-03-01 12:11:00.000000');
INSERT INTO "message" VALUES(9,100,6,'unread','2024-03-01 12:12:00.000000');
CREATE TABLE notification (
	id INTEGER NOT NULL, 
	name VARCHAR(128) NOT NULL, 
	user_id INTEGER NOT NULL, 
	timestamp FLOAT NOT NULL, 
	payload_json TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(user_id) REFERENCES user (id)
);
INSERT INTO "notification" VALUES(1,'unread_message_count',1,1.79557380321097874637e+09,'2');
CREATE TABLE post (
	id INTEGER NOT NULL, 
	body VARCHAR(140) NOT NULL, 
	timestamp DATETIME NOT NULL, 
	user_id INTEGER NOT NULL, language VARCHAR(5), 
	PRIMARY KEY (id), 
	FOREIGN KEY(user_id) REFERENCES user (id)
);
INSERT INTO "post" VALUES(1,'first post','2024-03-01 12:00:00.000000',1,'en');
INSERT INTO "post" VALUES(2,'reply with a link https://example.org/a?b=c&d=e','2024-03-01 13:00:00.000000',2,'en');
INSERT INTO "post" VALUES(3,'two lines
of text','2024-03-01 14:00:00.000000',3,'');
INSERT INTO "post" VALUES(4,'  spaces around  ','2024-03-01 15:00:00.000000',4,NULL);
INSERT INTO "post" VALUES(5,'Café con leche','2024-03-01 16:00:00.000000',6,'es');
INSERT INTO "post" VALUES(6,'こんにちは世界','2024-03-01 17:00:00.000000',7,'ja');
INSERT INTO "post" VALUES(7,'🦊👨‍👩‍👧‍👦 family','2024-03-01 18:00:00.000000',8,'');
INSERT INTO "post" VALUES(8,'<script>alert(1)</script>','2024-03-01 19:00:00.000000',13,'en');
INSERT INTO "post" VALUES(9,'reversed ‮ text','2024-03-01 20:00:00.000000',1,'en');
INSERT INTO "post" VALUES(10,'bell  rings','2024-03-01 21:00:00.000000',1,'en');
INSERT INTO "post" VALUES(11,'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx','2024-03-01 22:00:00.000000',2,'so');
INSERT INTO "post" VALUES(12,'','2024-03-01 23:00:00.000000',100,NULL);
INSERT INTO "post" VALUES(13,'@susan and #hashtag','2024-03-02 00:00:00.000000',5,'en');
INSERT INTO "post" VALUES(14,'100 % \ '' " ; -- /* */ {} :name %s %(a)s','2024-03-02 01:00:00.000000',14,'en');
INSERT INTO "post" VALUES(15,'the oldest of all','2023-01-26 12:00:00.000000',3,NULL);
INSERT INTO "post" VALUES(5000,'the newest of all','2024-03-31 12:00:00.000000',1,NULL);
CREATE TABLE task (
	id VARCHAR(36) NOT NULL, 
	name VARCHAR(128) NOT NULL, 
	description VARCHAR(128), 
	user_id INTEGER NOT NULL, 
	complete BOOLEAN NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(user_id) REFERENCES user (id)
);
INSERT INTO "task" VALUES('0a1b2c3d-0000-0000-0000-000000000000','export_posts','Exporting posts...',2,1);
CREATE TABLE user (
	id INTEGER NOT NULL, 
	username VARCHAR(64) NOT NULL, 
	email VARCHAR(120) NOT NULL, 
	password_hash VARCHAR(256), about_me VARCHAR(140), last_seen DATETIME, last_message_read_time DATETIME, token VARCHAR(32), token_expiration DATETIME, 
	PRIMARY KEY (id)
);
INSERT INTO "user" VALUES(1,'susan','susan@example.com','scrypt:32768:8:1$C2wrjXQd9Vot8rAg$88cee1a830559e6fe4b5ca111210f017981936331d70994387cb8f95e6f9d75e262cf47f96c08c4df0020446e6b15485a7d27bc8dc73114a969c3b23a43f3647','I am <b>Susan</b>
and write & more','2024-03-01 12:00:00.000000','2024-03-01 12:03:30.000000','0123456789abcdef0123456789abcdef','2024-03-01 12:00:00.000000');
INSERT INTO "user" VALUES(2,'David','David@Example.com','pbkdf2:sha256:260000$4N533PTlf9FEOBxH$f012b137025914f25f7662f7371147934fdf30e229e0af0f551b4fe4c58962a4',NULL,'2024-03-01 12:00:00.000000','2023-01-01 00:00:00.000000',NULL,NULL);
INSERT INTO "user" VALUES(3,'Bob','bob@example.com','scrypt:32768:8:1$Sjwy7prKOVtKPKXS$ba75444ee545682e7741a7c6b12d04b2934a130940fd8d4040f6075146bb3247cde31ad3a99d39f2ce4d3904f115c2ddb4f5a6f27f50a3f19d8b222ba95ed47a',NULL,'2024-03-01 12:00:00.000000',NULL,NULL,NULL);
INSERT INTO "user" VALUES(4,'bob','BOB@example.com','scrypt:32768:8:1$npOh8kk6VOwS8eQt$5c804ae57570a3530cdb70a68d3a3b40cedb0110780f8a503583151a1de89a13053b6134a70d60472732a49222f281bd689a196823aa13b5a660e061f25f9001',NULL,'2024-03-01 12:00:00.000000',NULL,NULL,NULL);
INSERT INTO "user" VALUES(5,'Mary Ann','mary.ann@example.com','scrypt:32768:8:1$IysdnE3fpCpCQRHd$d605ea4e8f2394d242fd62caa7be5ac56d210c66785fa05a26391c1df08027ce99b3df28c51964b2159465678e449cfe94537b734994e28723921926f62b035e',NULL,'2024-03-01 12:00:00.000000',NULL,NULL,NULL);
INSERT INTO "user" VALUES(6,'José Ñandú','jose@example.com','scrypt:32768:8:1$3A2ZvaRYde157ELJ$ae2dec4b57562edbb882e301f2b9b7ca5d64032ad7720ca9f0daa922b02df0dd6a6ed917648adb0bfeeb19c33b5f1cfa9b20b5f3c117fbb0e9ad4eeff9c927f7',NULL,'2024-03-01 12:00:00.000000',NULL,NULL,NULL);
INSERT INTO "user" VALUES(7,'山田 太郎','yamada@example.com','scrypt:32768:8:1$NWPMEFaIf4gQCFLr$82e621430f16a26efb21568613082d7cd53b54c68882387eda852f866f31681fa20da742a89f9eb2c431bb5fcbe445ea6a52d1bb1dc900143d5b6dd8a7fa8634',NULL,'2024-03-01 12:00:00.000000',NULL,NULL,NULL);
INSERT INTO "user" VALUES(8,'🦊 fox','fox@example.com','scrypt:32768:8:1$59oBZaNT6EAmVID0$1f9e914a1dd755497c721ba2502f039e1d3771c824e7cb7574885c4329621756671535bfb9e5adb86f46aca2d1a3aefec9aff0a61cc1f815bd27cff501efa950',NULL,'2024-03-01 12:00:00.000000',NULL,NULL,NULL);
INSERT INTO "user" VALUES(9,'AC/DC','acdc@example.com','scrypt:32768:8:1$V3os6iPRpoctWTs7$99ff7285ce81019fd6c5099dc4743e342b0bc785bbe2048bd0ae1c793e9fd6714396286e8aae106d00b9476707cfc0f7ec4de5af4e619b388176cfd0945f7491',NULL,'2024-03-01 12:00:00.000000',NULL,NULL,NULL);
INSERT INTO "user" VALUES(10,'.','dot@example.com','scrypt:32768:8:1$qCquO2pfBpplM8qI$defb6ff626f949adc68cdcc3a5690d8d4cce506eb83fabca528eb2914f567f00c4b2fea6d04e66fd0f3817a54216d83110d8d66b902767c0de7e4f77393f2fc9',NULL,'2024-03-01 12:00:00.000000',NULL,NULL,NULL);
INSERT INTO "user" VALUES(11,'..','dots@example.com','scrypt:32768:8:1$WlqP6dwDPYm6QsjS$23d53b3aa615d4137d8a27f344aa21744d2cc4dad642da82f180436a95428b1510a3badcd5562603a5cbb5413dba964a42dc298107e191481d297594d5fab202',NULL,'2024-03-01 12:00:00.000000',NULL,NULL,NULL);
INSERT INTO "user" VALUES(12,' edge ','edge@example.com','scrypt:32768:8:1$EYGbXneLVWXhu5BN$6b16813418c3f906e2cd932db93078eb607c8f83bbca5eaf0eab239884da1bf8e610f69abfd470a76dbd766339dc8ae31b06f3eaa7be1825bb2869d3501f4e7b',NULL,'2024-03-01 12:00:00.000000',NULL,NULL,NULL);
INSERT INTO "user" VALUES(13,'<i>&"''','html@example.com','scrypt:32768:8:1$HcrFYidPHSkHdooh$e02f1f13aff0887d403dceb096f608d13e20e9b168fbeb5b3e4e88bcc9d5a3facf68018b7566e3a4a8d85b10f2e20d6e5e62dc10b58d24557bbfe74bd84cdaa7',NULL,'2024-03-01 12:00:00.000000',NULL,NULL,NULL);
INSERT INTO "user" VALUES(14,'50%?#;\x','percent@example.com','scrypt:32768:8:1$6bzHfsWXovl6LgQc$c4049c7325a86c20d446c172acbe33da1ef74735eb47678a60f3a59499143fc37f944d9b87ab4efd93e4d6e5c769d57dbcd6efab68faf9104e8a5bfbef61706a',NULL,'2024-03-01 12:00:00.000000',NULL,NULL,NULL);
INSERT INTO "user" VALUES(15,'two
lines','two@example.com','scrypt:32768:8:1$o14D5T2lBlQWtKQm$e9dbb0ff7a26831367b44d15832f4f5411038f05b6d5b8c41971971f78db62aa8d4e97ea58560e0b22f78a2137c655eb74abb3b64f8e46fc9a9e2f3503312dd8',NULL,'2024-03-01 12:00:00.000000',NULL,NULL,NULL);
INSERT INTO "user" VALUES(16,'abc‮txt.exe','rtl@example.com','scrypt:32768:8:1$bMR80fuITboXyutj$719f0c99ab69338680c000bcb9661e017066d9e4d5aa671d78f698e41600f118ca1269b1212e9bea13cff17088b63fb41f22bed87c31f803dbc7b76369abfcdc',NULL,'2024-03-01 12:00:00.000000',NULL,NULL,NULL);
INSERT INTO "user" VALUES(17,'LLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLL','long@example.com','scrypt:32768:8:1$IMOilnQBDBn7NxHZ$743e64dc3ac8d1a69bbef12f2552910e1c648463a64585c1145f9fad455894be017efa7b364c3b169a9cd9c96019cb5364e4f9266bb3074e384f9ddec9d62c72',NULL,'2024-03-01 12:00:00.000000',NULL,NULL,NULL);
INSERT INTO "user" VALUES(18,'İİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİ','fold@example.com','scrypt:32768:8:1$AcnDogql05cbZBq3$c2c8b1a0e0338628431aaff38d2cdc6659ebf4a45435353245f435018908866bb9fbb517754d149e1f0ec272b495c25cc753622e9147763589bdb12674a7fb7f',NULL,'2024-03-01 12:00:00.000000',NULL,NULL,NULL);
INSERT INTO "user" VALUES(19,'nomail','nomail','scrypt:32768:8:1$mpN3E4rPyXdEMdrx$7ff5f55f727b6154792d6ef402019bd481c4262347ce1d57f58b46b9e4eb8153bfabe8f72a9a9b11328af06f3e0d113255fd82a5108b79a53f01666ff5a4387f',NULL,'2024-03-01 12:00:00.000000',NULL,NULL,NULL);
INSERT INTO "user" VALUES(20,'oddmail','two words@example.com','scrypt:32768:8:1$Gx5ZNGlzEcmwIjCH$89301843392484a5a8351ec96d74249b5778a50815741110d5255bacd595a014c5c51c8193cc874d740056630f5cf0d05df6d60e5707153f5d35d517efa80798',NULL,'2024-03-01 12:00:00.000000',NULL,NULL,NULL);
INSERT INTO "user" VALUES(21,'homemail','root@pi.local','scrypt:32768:8:1$jy3krFbBlUEnRvXo$3b93f58ce34f07af5d2421dec35d98f127dc183b4e29bd766c5dce1cec3702d4f00da9ccd0460ac3578ceb288c419eace3116b22eafebeb49f4223dcffd9bad2',NULL,'2024-03-01 12:00:00.000000',NULL,NULL,NULL);
INSERT INTO "user" VALUES(22,'nohash','nohash@example.com',NULL,NULL,'2024-03-01 12:00:00.000000',NULL,NULL,NULL);
INSERT INTO "user" VALUES(23,'badhash','badhash@example.com','sha1$abc$0123456789012345678901234567890123456789',NULL,'2024-03-01 12:00:00.000000',NULL,NULL,NULL);
INSERT INTO "user" VALUES(24,'','empty@example.com','scrypt:32768:8:1$lhIhQr4eMor80VbQ$9437353c1613a75a1fcc66b89ccdfa82b0d50a566a748f902c405b4d0bba5916126b8eb3790922f3fbf36fffee84e388b808eb5ffb4e1393b00a0fa8f8661368',NULL,'2024-03-01 12:00:00.000000',NULL,NULL,NULL);
INSERT INTO "user" VALUES(25,'bob-2','taken@example.com','scrypt:32768:8:1$VRW6cYgmXtRwXmV0$3c59c4201e86769d8d80805b6d496185c4036453afcd0eef5d0b23effeac1fcf55eb189b2250f0e01fc7c0b8d2ce6d7796bde87538a4c66df67c4724129319f3',NULL,'2024-03-01 12:00:00.000000',NULL,NULL,NULL);
INSERT INTO "user" VALUES(26,'quiet','quiet@example.com','scrypt:32768:8:1$gafkPFRllMfRlvKK$9c0962293b387bd1304be0b2c6970b6a01ecdfb069d000d088af46a68812eaaee4acc45b5844ad0e2f55ed72de51e882e6edba967baa6844f9a83f6a3f79c56a',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "user" VALUES(100,'gap','gap@example.com','scrypt:32768:8:1$Jmk4udecvpyKUIUN$59fcd5a4a4e4ee8f193bf3ade7302b8b3cd43a98582cc1f5010f075f72faa8bfb50b4057cb9a3c6469741e618005ae2b0917ddbc462a8c944e8d1ba8f39c1603',NULL,'2024-03-02 12:00:00.250000',NULL,NULL,NULL);
CREATE UNIQUE INDEX ix_user_email ON user (email);
CREATE UNIQUE INDEX ix_user_username ON user (username);
CREATE INDEX ix_post_timestamp ON post (timestamp);
CREATE INDEX ix_post_user_id ON post (user_id);
CREATE INDEX ix_message_recipient_id ON message (recipient_id);
CREATE INDEX ix_message_sender_id ON message (sender_id);
CREATE INDEX ix_message_timestamp ON message (timestamp);
CREATE INDEX ix_notification_name ON notification (name);
CREATE INDEX ix_notification_timestamp ON notification (timestamp);
CREATE INDEX ix_notification_user_id ON notification (user_id);
CREATE INDEX ix_task_name ON task (name);
CREATE UNIQUE INDEX ix_user_token ON user (token);
COMMIT;
