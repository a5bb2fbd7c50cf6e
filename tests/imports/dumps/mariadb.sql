-- made-up people in a database that upstream's own migrations (a975ef6, revision 834b1a697901) and models made on MariaDB 10.11; written by mariadb-dump
/*M!999999\- enable the sandbox mode */ 

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;
/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;
/*!40101 SET NAMES utf8mb4 */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `alembic_version` (
  `version_num` varchar(32) NOT NULL,
  PRIMARY KEY (`version_num`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `alembic_version` VALUES ('834b1a697901');
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `followers` (
  `follower_id` int(11) NOT NULL,
  `followed_id` int(11) NOT NULL,
  PRIMARY KEY (`follower_id`,`followed_id`),
  KEY `followed_id` (`followed_id`),
  CONSTRAINT `followers_ibfk_1` FOREIGN KEY (`followed_id`) REFERENCES `user` (`id`),
  CONSTRAINT `followers_ibfk_2` FOREIGN KEY (`follower_id`) REFERENCES `user` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `followers` VALUES (1,1);
INSERT INTO `followers` VALUES (1,2);
INSERT INTO `followers` VALUES (1,6);
INSERT INTO `followers` VALUES (2,1);
INSERT INTO `followers` VALUES (4,9);
INSERT INTO `followers` VALUES (7,1);
INSERT INTO `followers` VALUES (100,1);
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `message` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `sender_id` int(11) NOT NULL,
  `recipient_id` int(11) NOT NULL,
  `body` varchar(140) NOT NULL,
  `timestamp` datetime NOT NULL,
  PRIMARY KEY (`id`),
  KEY `ix_message_recipient_id` (`recipient_id`),
  KEY `ix_message_sender_id` (`sender_id`),
  KEY `ix_message_timestamp` (`timestamp`),
  CONSTRAINT `message_ibfk_1` FOREIGN KEY (`recipient_id`) REFERENCES `user` (`id`),
  CONSTRAINT `message_ibfk_2` FOREIGN KEY (`sender_id`) REFERENCES `user` (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=10 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `message` VALUES (1,6,1,'message 0 for susan','2024-03-01 12:00:00');
INSERT INTO `message` VALUES (2,2,1,'message 1 for susan','2024-03-01 12:01:00');
INSERT INTO `message` VALUES (3,6,1,'message 2 for susan','2024-03-01 12:02:00');
INSERT INTO `message` VALUES (4,2,1,'message 3 for susan','2024-03-01 12:03:00');
INSERT INTO `message` VALUES (5,6,1,'message 4 for susan','2024-03-01 12:04:00');
INSERT INTO `message` VALUES (6,2,1,'message 5 for susan','2024-03-01 12:05:00');
INSERT INTO `message` VALUES (7,1,2,'answer\r\nwith two lines','2024-03-01 12:10:00');
INSERT INTO `message` VALUES (8,1,1,'note to myself','2024-03-01 12:11:00');
INSERT INTO `message` VALUES (9,100,6,'unread','2024-03-01 12:12:00');
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `notification` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `name` varchar(128) NOT NULL,
  `user_id` int(11) NOT NULL,
  `timestamp` float NOT NULL,
  `payload_json` text NOT NULL,
  PRIMARY KEY (`id`),
  KEY `ix_notification_name` (`name`),
  KEY `ix_notification_timestamp` (`timestamp`),
  KEY `ix_notification_user_id` (`user_id`),
  CONSTRAINT `notification_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `notification` VALUES (1,'unread_message_count',1,1795570000,'2');
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `post` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `body` varchar(140) NOT NULL,
  `timestamp` datetime NOT NULL,
  `user_id` int(11) NOT NULL,
  `language` varchar(5) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `ix_post_timestamp` (`timestamp`),
  KEY `ix_post_user_id` (`user_id`),
  CONSTRAINT `post_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=5001 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `post` VALUES (1,'first post','2024-03-01 12:00:00',1,'en');
INSERT INTO `post` VALUES (2,'reply with a link https://example.org/a?b=c&d=e','2024-03-01 13:00:00',2,'en');
INSERT INTO `post` VALUES (3,'two lines\r\nof text','2024-03-01 14:00:00',3,'');
INSERT INTO `post` VALUES (4,'  spaces around  ','2024-03-01 15:00:00',4,NULL);
INSERT INTO `post` VALUES (5,'Café con leche','2024-03-01 16:00:00',6,'es');
INSERT INTO `post` VALUES (6,'こんにちは世界','2024-03-01 17:00:00',7,'ja');
INSERT INTO `post` VALUES (7,'🦊👨‍👩‍👧‍👦 family','2024-03-01 18:00:00',8,'');
INSERT INTO `post` VALUES (8,'<script>alert(1)</script>','2024-03-01 19:00:00',13,'en');
INSERT INTO `post` VALUES (9,'reversed ‮ text','2024-03-01 20:00:00',1,'en');
INSERT INTO `post` VALUES (10,'bell  rings','2024-03-01 21:00:00',1,'en');
INSERT INTO `post` VALUES (11,'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx','2024-03-01 22:00:00',2,'so');
INSERT INTO `post` VALUES (12,'','2024-03-01 23:00:00',100,NULL);
INSERT INTO `post` VALUES (13,'@susan and #hashtag','2024-03-02 00:00:00',5,'en');
INSERT INTO `post` VALUES (14,'100 % \\ \' \" ; -- /* */ {} :name %s %(a)s','2024-03-02 01:00:00',14,'en');
INSERT INTO `post` VALUES (15,'the oldest of all','2023-01-26 12:00:00',3,NULL);
INSERT INTO `post` VALUES (5000,'the newest of all','2024-03-31 12:00:00',1,NULL);
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `task` (
  `id` varchar(36) NOT NULL,
  `name` varchar(128) NOT NULL,
  `description` varchar(128) DEFAULT NULL,
  `user_id` int(11) NOT NULL,
  `complete` tinyint(1) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `user_id` (`user_id`),
  KEY `ix_task_name` (`name`),
  CONSTRAINT `task_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `task` VALUES ('0a1b2c3d-0000-0000-0000-000000000000','export_posts','Exporting posts...',2,1);
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `user` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `username` varchar(64) NOT NULL,
  `email` varchar(120) NOT NULL,
  `password_hash` varchar(256) DEFAULT NULL,
  `about_me` varchar(140) DEFAULT NULL,
  `last_seen` datetime DEFAULT NULL,
  `last_message_read_time` datetime DEFAULT NULL,
  `token` varchar(32) DEFAULT NULL,
  `token_expiration` datetime DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `ix_user_email` (`email`),
  UNIQUE KEY `ix_user_username` (`username`),
  UNIQUE KEY `ix_user_token` (`token`)
) ENGINE=InnoDB AUTO_INCREMENT=101 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `user` VALUES (1,'susan','susan@example.com','scrypt:32768:8:1$YY1iTd6e8nHbijQE$a6cd544422b8dfe947a95a009b0bcb69d2d3747fd5202c0c9f81656a89f4c89d7006782ff945b52f8bb3efbdae773b457be6f07853da2a8604a7a929daecf571','I am <b>Susan</b>\r\nand write & more','2024-03-01 12:00:00','2024-03-01 12:03:30','0123456789abcdef0123456789abcdef','2024-03-01 12:00:00');
INSERT INTO `user` VALUES (2,'David','David@Example.com','pbkdf2:sha256:260000$tjy8noNmSpZIRLNX$f05ad108dbe1a2a550e01746d631c2e78b5f0f3a0d5c289dc63ffdc952671825',NULL,'2024-03-01 12:00:00','2023-01-01 00:00:00',NULL,NULL);
INSERT INTO `user` VALUES (3,'Bob','bob@example.com','scrypt:32768:8:1$2N3tFpvdbV04tl8h$057c5c851296e8db5fb2c627e6b6a71f9fa3de79249cc14e74818deaee03c1bf7c74ca5504b2fe8d5b2fcff34c1f3b75c8ad48109d949e3853624179d141d6ce',NULL,'2024-03-01 12:00:00',NULL,NULL,NULL);
INSERT INTO `user` VALUES (4,'bob','BOB@example.com','scrypt:32768:8:1$UEqCvEjYFDuu90Xo$6bb041951f72052029bfe0ff0305712792916b666f257e69853429a5e9f10aca5dffbf39613a295f745eec56278167afc557864d47a3bfd5a10c86e9483e4678',NULL,'2024-03-01 12:00:00',NULL,NULL,NULL);
INSERT INTO `user` VALUES (5,'Mary Ann','mary.ann@example.com','scrypt:32768:8:1$FF7lxiwKnQwuUUVA$4ecca107cb56b6cdc167bb13790f47b054d0413bf9b2f70fd0d40655c32d39bc0c961ccc4f4bbed0f3d73fdc880686433fe5f9fd741c9ae7b6d810b821434435',NULL,'2024-03-01 12:00:00',NULL,NULL,NULL);
INSERT INTO `user` VALUES (6,'José Ñandú','jose@example.com','scrypt:32768:8:1$IRfq9MxdCNwLHdwL$cc6985078c4225433b3f68500979e4c51d656087ddfccea3980f6b9f198a0858458152c09208d2c1f2b768e5e57fa4f69619ce97a2d585df3893cdf5841c7308',NULL,'2024-03-01 12:00:00',NULL,NULL,NULL);
INSERT INTO `user` VALUES (7,'山田 太郎','yamada@example.com','scrypt:32768:8:1$R9N3BLQRDOCN7mv0$fe5144c3e9ac06b97d0b517451953aac6ddca99ae18d22a3ed8efbc367c47b3232bb419d1cf1f6d1786e7db25e86c6377d3b5d6f85c5e3cee84bf0e57b65924b',NULL,'2024-03-01 12:00:00',NULL,NULL,NULL);
INSERT INTO `user` VALUES (8,'🦊 fox','fox@example.com','scrypt:32768:8:1$dFAUxxjAgUjNPI0w$0c8319f6c7995f14e77c12056ed6923942c547b9b066a0b3f9759f6889f88a75720ca91a5a25262d9b26a2b65ae1384a1f520e3e9670d550e24b176694752698',NULL,'2024-03-01 12:00:00',NULL,NULL,NULL);
INSERT INTO `user` VALUES (9,'AC/DC','acdc@example.com','scrypt:32768:8:1$y28YjAyVZx4Aj4Oa$00e12209f12b1c88adfb38d48582fd81a0fdc6d96ec53058df63cf3caa025b9495ff333869bd8fc6df41b725fac406abb4c736f749a942b063836e11da3b778e',NULL,'2024-03-01 12:00:00',NULL,NULL,NULL);
INSERT INTO `user` VALUES (10,'.','dot@example.com','scrypt:32768:8:1$TXCayr7EYZcjHWDp$821c5c991a4b201472a86224cfab255d79ac89ae3fb8e9047ac77b061756a1af95e44d3fe18390c7e06a32b76baee0f68ddf037c04ea84d5d1a5af6e1957ba6f',NULL,'2024-03-01 12:00:00',NULL,NULL,NULL);
INSERT INTO `user` VALUES (11,'..','dots@example.com','scrypt:32768:8:1$inmYmYEBHIJjeoo4$31cf4eb16df3eb01aa39ddf9bfa3e1c3bcb82240cba976dec6c8eed046c0ca72b4fe7aa5859047c519aba21bd84c29fbc9a80ffacccaadc720a2339d9d1ce1dd',NULL,'2024-03-01 12:00:00',NULL,NULL,NULL);
INSERT INTO `user` VALUES (12,' edge ','edge@example.com','scrypt:32768:8:1$dUoK2ob4eDI8aQt8$6aac143dea2fbd8c80f35c48f1b95dbcc92dc14217712cac67359bc1c8679608e9eb4dc4c2c35fa4196758465d61da38a9538da953dfac24739366ae66cb9cf9',NULL,'2024-03-01 12:00:00',NULL,NULL,NULL);
INSERT INTO `user` VALUES (13,'<i>&\"\'','html@example.com','scrypt:32768:8:1$9JJiPIXvigRFfRSA$4e6e9aa10db04ee4d6c1d37903e74e9a7e91fc06f3ded368a1e3b288fc96f5ced06c440559faba5a6e1108d1801a65cbe03f1f024391767bfcb25d032f7696ee',NULL,'2024-03-01 12:00:00',NULL,NULL,NULL);
INSERT INTO `user` VALUES (14,'50%?#;\\x','percent@example.com','scrypt:32768:8:1$GUG5NAy2oobVWaSE$1b0c23db2ab508144c26b813d1ba15adec60a29107b13046c8ec71b61a8f602020ce7a77f3c2d800636eda9fe04de0f2b7b628e9308530de633e4ac971f77556',NULL,'2024-03-01 12:00:00',NULL,NULL,NULL);
INSERT INTO `user` VALUES (15,'two\nlines','two@example.com','scrypt:32768:8:1$jrcNhedW43KxBBSi$334216e01c01bca10273e8edb53032172189946219a6ff3adcb7554200b92f3ab057df08e8474194dee28d0e6e1cca9c4b5cb843b75ed3aa751b7f8dad6be2f4',NULL,'2024-03-01 12:00:00',NULL,NULL,NULL);
INSERT INTO `user` VALUES (16,'abc‮txt.exe','rtl@example.com','scrypt:32768:8:1$eU4mhn00a8LmZfrR$e1ebbc2f65bb79415fc5af3eb7a635bd120f8c9ca7287d5003ff10e22c6afe1e3085c8f580600b9baa18104ca8107b97f3e33299eed177942bac24bba4134158',NULL,'2024-03-01 12:00:00',NULL,NULL,NULL);
INSERT INTO `user` VALUES (17,'LLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLL','long@example.com','scrypt:32768:8:1$YD3yKaDBhcHrAgZB$92ea9668c42940886a8d1057654a34c486842f945439d8eaf210008b565462e0ab2c1dc0010809b8dafb42fd8c03588e8909f4ff8b0b4e0321aa0279fce3b42a',NULL,'2024-03-01 12:00:00',NULL,NULL,NULL);
INSERT INTO `user` VALUES (18,'İİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİ','fold@example.com','scrypt:32768:8:1$IhuLYUX59Lc6MKmN$dcb5744a97638e47672f96241ab4f711ce9f9076b7ee552c13bc1c1363a18c23d3eb9e3e41cccb654a9f73683a821fdd3af94d59117eb7bf29da7cb0020b497e',NULL,'2024-03-01 12:00:00',NULL,NULL,NULL);
INSERT INTO `user` VALUES (19,'nomail','nomail','scrypt:32768:8:1$wIiYghgys03zyn3K$9f1df128184698559af90bda2c86af41d0b9ac6606d5ef8b61ce82e9c54466286937926e5a5c92158dab15ec15e6cf06e27712d003cee00e8b92c161c2e89c15',NULL,'2024-03-01 12:00:00',NULL,NULL,NULL);
INSERT INTO `user` VALUES (20,'oddmail','two words@example.com','scrypt:32768:8:1$S4Qw49GfhO0hGyKC$64dcc5ba25d4331cf3e753c10b8fb8ca3eae62dd572f677a26937d099aaa3effed2079eeb176bf9eb360a644afa56216e17f034bb156c3bdda2c37bd740f1867',NULL,'2024-03-01 12:00:00',NULL,NULL,NULL);
INSERT INTO `user` VALUES (21,'homemail','root@pi.local','scrypt:32768:8:1$i0nwfT1qhoxBf1u7$1c8a3118c8c07d658d31bf25ac046b07b510cba5cb78d820d6faa0a22e0fa432b7838522c3fcdc9d46e44ded1aec7b369515befb739f505a78207e997da671c0',NULL,'2024-03-01 12:00:00',NULL,NULL,NULL);
INSERT INTO `user` VALUES (22,'nohash','nohash@example.com',NULL,NULL,'2024-03-01 12:00:00',NULL,NULL,NULL);
INSERT INTO `user` VALUES (23,'badhash','badhash@example.com','sha1$abc$0123456789012345678901234567890123456789',NULL,'2024-03-01 12:00:00',NULL,NULL,NULL);
INSERT INTO `user` VALUES (24,'','empty@example.com','scrypt:32768:8:1$ViJjlOx6nytlA12l$15c95c926927856c8b937fa9af4f6f937479d325fdf11d2c36a72b9d366d7916da67fb043d0d76547ed6252b7bc8eddcf0adafa8c61226636fd9b9d8dd7d7ffa',NULL,'2024-03-01 12:00:00',NULL,NULL,NULL);
INSERT INTO `user` VALUES (25,'bob-2','taken@example.com','scrypt:32768:8:1$LQtu94ONPaianfOi$0519cf066416de887562460fc2962d21ac8f53864a51a83b849ae48191420527002b4325fe1712ca10b046bdbe04cdfc950846480cd5adb0fda24636659e29b6',NULL,'2024-03-01 12:00:00',NULL,NULL,NULL);
INSERT INTO `user` VALUES (26,'quiet','quiet@example.com','scrypt:32768:8:1$8obrPf8J4d8gsVo0$b46ba19ff53551753c52764b44cbe440dda6f4bf3154aee3d96599cd0cbf375a721293433db97ebbe061c914d5b61f3f989eaf72b680c3d03dc6522080222253',NULL,NULL,NULL,NULL,NULL);
INSERT INTO `user` VALUES (100,'gap','gap@example.com','scrypt:32768:8:1$GWpxXWwY3lq89j1d$ce6a7055ae67286d2c4aa21f6a1fb2dca497bc3148f2d221e4fbacf5f0dfe374d3fbfbe60d99752dc9cfee2f9ddea05854b96e7e237b5d2213ee6c7371448ce1',NULL,'2024-03-02 12:00:00',NULL,NULL,NULL);
/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;

/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;
/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;
/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;

